import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {useService} from "@web/core/utils/hooks";

/** What an act on many would do, as the server found it out. */
export class BulkPreview extends Component {
    static template = "settlement_workbench.BulkPreview";
    static props = {...standardFieldProps};

    setup() {
        this.action = useService("action");
    }

    get preview() {
        return this.props.record.data[this.props.name] || {};
    }

    get isPart() {
        const {tried, count, blocked_count} = this.preview;
        return tried < count - blocked_count;
    }

    get refused() {
        const {blocked = [], failing = []} = this.preview;
        return [
            ...blocked.map((each) => ({...each, why: each.sentence})),
            ...failing,
        ];
    }

    open(id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "settlement.exception",
            res_id: id,
            views: [[false, "form"]],
        });
    }
}

registry.category("fields").add("settlement_bulk_preview", {
    component: BulkPreview,
    supportedTypes: ["json"],
});
