export const PANE_ACTION = "settlement_workbench.action_settlement_pane";

/**
 * Open the split pane on one exception, with a queue beside it.
 *
 * @param {Object} action the action service
 * @param {number|false} exceptionId the one to begin with; false: the first
 * @param {Object} [queue] which others, in which order
 * @param {Array} [queue.domain] those of a domain; by default what waits for the user
 * @param {string} [queue.order] order of the domain
 * @param {number[]} [queue.ids] these and no others
 * @returns {Promise}
 */
export function openPane(action, exceptionId, {domain, order, ids} = {}) {
    const context = {
        active_id: exceptionId || false,
        exception_id: exceptionId || false,
    };
    if (ids) {
        context.exception_ids = ids;
    } else if (domain) {
        context.exception_domain = domain;
        context.exception_order = order || false;
    }
    return action.doAction(PANE_ACTION, {additionalContext: context});
}
