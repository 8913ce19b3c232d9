import {Component, useState} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {useAutofocus} from "@web/core/utils/hooks";

/** Asks for a reason in words before something is taken back. */
export class PaneReason extends Component {
    static template = "settlement_workbench.PaneReason";
    static components = {Dialog};
    static props = {
        title: String,
        question: String,
        onGiven: Function,
        close: Function,
    };

    setup() {
        this.state = useState({reason: ""});
        useAutofocus({refName: "reason"});
    }

    /** Enter gives the reason; with Shift it begins a new line. */
    entered(ev) {
        if (ev.key === "Enter" && !ev.shiftKey) {
            ev.preventDefault();
            ev.stopPropagation();
            this.give();
        }
    }

    async give() {
        if (this.state.reason.trim()) {
            this.props.close();
            await this.props.onGiven(this.state.reason.trim());
        }
    }
}
