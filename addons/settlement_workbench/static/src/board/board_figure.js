import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {BoardMoment} from "./board_moment";

const TONES = {error: "text-danger", warning: "text-warning-emphasis"};
const ICONS = {error: "fa-times-circle", warning: "fa-exclamation-circle"};

/** One figure: a button if it opens something, unknown in words if it is not known. */
export class BoardFigure extends Component {
    static template = "settlement_workbench.BoardFigure";
    static components = {BoardMoment};
    static props = {figure: Object, open: Function};

    get unknown() {
        return _t("no data yet");
    }

    get tone() {
        return TONES[this.props.figure.tone] || "";
    }

    get icon() {
        return ICONS[this.props.figure.tone] || "";
    }

    get title() {
        const {label, group, count} = this.props.figure;
        const name = [group, label].filter(Boolean).join(", ");
        if (count === null) {
            return _t("Open: %(name)s", {name});
        }
        return count === 1
            ? _t("Open: %(name)s (1 record)", {name})
            : _t("Open: %(name)s (%(count)s records)", {name, count});
    }
}
