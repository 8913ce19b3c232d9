import {registry} from "@web/core/registry";

/**
 * Open the preview of an act on all rows of a filter.
 *
 * @param {Object} action the action service
 * @param {Object} chosen what to act on
 * @param {Array} [chosen.domain] filter of exceptions: all that it finds
 * @param {Number[]} [chosen.ids] or these exceptions
 * @param {String} [chosen.reason] only those of this reason
 * @param {String} [chosen.verb] what to do, if that is known already
 * @param {Object} [chosen.values] what the verb needs
 * @returns {Promise}
 */
export function openBulk(action, {domain, ids, reason, verb, values} = {}) {
    return action.doAction({
        type: "ir.actions.client",
        tag: "settlement_bulk",
        params: {domain, exception_ids: ids, reason, verb, values},
    });
}

/** The server chooses the rows and answers with what to open. */
async function chooseRows(env, action) {
    const given = {...action.context, ...action.params};
    return env.services.orm.call("settlement.bulk", "action_open", [], {
        domain: given.domain,
        ids: given.exception_ids,
        reason: given.reason,
        verb: given.verb,
        values: given.values,
    });
}

registry.category("actions").add("settlement_bulk", chooseRows);
