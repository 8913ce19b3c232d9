import {Component, onWillStart, useState} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useService} from "@web/core/utils/hooks";
import {useRecordObserver} from "@web/model/relational_model/utils";
import {Entries, PreviewBody} from "./bulk_preview";

/** Before, after and the evidence of what somebody decides on. */
export class ApprovalLook extends Component {
    static template = "settlement_workbench.ApprovalLook";
    static components = {Entries, PreviewBody};
    static props = {...standardWidgetProps};

    setup() {
        this.orm = useService("orm");
        this.looked = useState({id: false, state: false, data: {}});
        onWillStart(() => this.look(this.props.record));
        useRecordObserver((record) => this.look(record));
    }

    async look(record) {
        const {resId} = record;
        const {state} = record.data;
        if (!resId || (this.looked.id === resId && this.looked.state === state)) {
            return;
        }
        Object.assign(this.looked, {id: resId, state});
        this.looked.data = await this.orm.call("settlement.approval", "action_look", [
            [resId],
        ]);
    }

    get data() {
        return this.looked.data;
    }
}

registry.category("view_widgets").add("settlement_approval_look", {
    component: ApprovalLook,
    fieldDependencies: [{name: "state", type: "selection"}],
});
