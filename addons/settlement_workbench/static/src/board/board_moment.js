import {Component} from "@odoo/owl";
import {deserializeDateTime, formatDateTime} from "@web/core/l10n/dates";

/** A moment as people say it; its date, time and time zone on hover. */
export class BoardMoment extends Component {
    static template = "settlement_workbench.BoardMoment";
    static props = {moment: String};

    get value() {
        return deserializeDateTime(this.props.moment);
    }

    get relative() {
        return this.value.toRelative() || formatDateTime(this.value);
    }

    get title() {
        return `${formatDateTime(this.value)} (${this.value.zoneName})`;
    }
}
