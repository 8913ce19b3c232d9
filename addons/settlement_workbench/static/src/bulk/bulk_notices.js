import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

const ENDED = ["done", "stopped", "refused"];

function openForm(env, model, id) {
    return env.services.action.doAction({
        type: "ir.actions.act_window",
        res_model: model,
        res_id: id,
        views: [[false, "form"]],
    });
}

/** Tell who went on with something else how an act on many has ended. */
const bulkNotices = {
    dependencies: ["bus_service", "notification", "action"],
    start(env, {bus_service: bus, notification}) {
        bus.subscribe("settlement_bulk", (told) => {
            if (!ENDED.includes(told.state)) {
                return;
            }
            notification.add(
                _t("%(done)s done, %(skipped)s skipped, %(failed)s failed", told),
                {
                    title: told.name,
                    type: told.failed ? "warning" : "success",
                    buttons: [
                        {
                            name: _t("Open"),
                            onClick: () => openForm(env, "settlement.bulk", told.id),
                        },
                    ],
                }
            );
        });
        bus.subscribe("settlement_rule_offer", (offer) => {
            notification.add(offer.words, {
                title: _t("You decided the same %(count)s times", offer),
                type: "info",
                sticky: true,
                buttons: [
                    {
                        name: _t("Look at the Rule"),
                        onClick: () =>
                            openForm(env, "settlement.rule.version", offer.id),
                    },
                ],
            });
        });
    },
};

registry.category("services").add("settlement_bulk_notices", bulkNotices);
