import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {useService} from "@web/core/utils/hooks";

/** Entries to be, or that are: journal, date and lines. */
export class Entries extends Component {
    static template = "settlement_workbench.Entries";
    static props = {entries: Array};
}

/** What an act on many would do, as the server found it out. */
export class PreviewBody extends Component {
    static template = "settlement_workbench.PreviewBody";
    static components = {Entries};
    static props = {preview: Object};

    setup() {
        this.action = useService("action");
    }

    get preview() {
        return this.props.preview;
    }

    get isPart() {
        const {tried, count, blocked_count} = this.preview;
        return tried < count - blocked_count;
    }

    get refused() {
        const {blocked = [], failing = []} = this.preview;
        return [...blocked.map((row) => ({...row, why: row.sentence})), ...failing];
    }

    get model() {
        return this.preview.model || "settlement.exception";
    }

    open(id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: this.model,
            res_id: id,
            views: [[false, "form"]],
        });
    }
}

export class BulkPreview extends Component {
    static template = "settlement_workbench.BulkPreview";
    static components = {PreviewBody};
    static props = {...standardFieldProps};

    get preview() {
        return this.props.record.data[this.props.name];
    }
}

registry.category("fields").add("settlement_bulk_preview", {
    component: BulkPreview,
    supportedTypes: ["json"],
});
