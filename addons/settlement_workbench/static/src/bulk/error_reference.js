import {Component, useState} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {RPCError} from "@web/core/network/rpc";
import {browser} from "@web/core/browser/browser";
import {registry} from "@web/core/registry";

const REFERENCE = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

/** An error in words, with the reference under which the server logged it. */
export class ReferenceDialog extends Component {
    static template = "settlement_workbench.ReferenceDialog";
    static components = {Dialog};
    static props = {message: String, reference: String, close: Function};

    setup() {
        this.state = useState({copied: false});
    }

    async copy() {
        await browser.navigator.clipboard.writeText(this.props.reference);
        this.state.copied = true;
    }
}

function showReference(env, error, originalError) {
    if (!(originalError instanceof RPCError)) {
        return false;
    }
    const message = originalError.data?.message || "";
    const found = message.match(REFERENCE);
    if (originalError.exceptionName !== "odoo.exceptions.UserError" || !found) {
        return false;
    }
    error.unhandledRejectionEvent?.preventDefault();
    env.services.dialog.add(ReferenceDialog, {message, reference: found[0]});
    return true;
}

registry
    .category("error_handlers")
    .add("settlement_reference", showReference, {sequence: 90});
