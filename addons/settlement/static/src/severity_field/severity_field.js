import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {BadgeField, badgeField} from "@web/views/fields/badge/badge_field";

const ICONS = {
    critical: "fa-fire",
    high: "fa-arrow-up",
    medium: "fa-minus",
    low: "fa-arrow-down",
};

/** The severity of an exception as text, icon and colour: none of them alone. */
export class SeverityField extends BadgeField {
    static template = "settlement.SeverityField";

    get icon() {
        return ICONS[this.props.record.data[this.props.name]] || "fa-question";
    }
}

export const severityField = {
    ...badgeField,
    component: SeverityField,
    displayName: _t("Severity"),
    supportedTypes: ["selection"],
};

registry.category("fields").add("settlement_severity", severityField);
