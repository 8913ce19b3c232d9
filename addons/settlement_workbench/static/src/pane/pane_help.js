import {Component} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {keyName} from "./pane_keys";

/** Exactly the keys that act now. */
export class PaneHelp extends Component {
    static template = "settlement_workbench.PaneHelp";
    static components = {Dialog};
    static props = {keys: Array, isOn: Boolean, onSwitch: Function, close: Function};

    keyName(key) {
        return keyName(key);
    }

    async toggle() {
        await this.props.onSwitch(!this.props.isOn);
        this.props.close();
    }
}
