import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {BoardFigure} from "./board_figure";
import {BoardMoment} from "./board_moment";

// Each state has its colour, its icon and its word.
const STATES = {
    ok: {
        word: _t("Good"),
        icon: "fa-check-circle",
        style: "text-success-emphasis bg-success-subtle border border-success-subtle",
    },
    warning: {
        word: _t("Look"),
        icon: "fa-exclamation-circle",
        style: "text-warning-emphasis bg-warning-subtle border border-warning-subtle",
    },
    error: {
        word: _t("Act"),
        icon: "fa-times-circle",
        style: "text-danger-emphasis bg-danger-subtle border border-danger-subtle",
    },
    unknown: {
        word: _t("Unknown"),
        icon: "fa-question-circle",
        style: "text-secondary-emphasis bg-secondary-subtle border border-secondary-subtle",
    },
};

/** One tile: its state, its figures in a list or a table, and why. */
export class BoardTile extends Component {
    static template = "settlement_workbench.BoardTile";
    static components = {BoardFigure, BoardMoment};
    static props = {tile: Object, open: Function};

    get state() {
        return STATES[this.props.tile.state] || STATES.unknown;
    }

    /** Figures without a heading, as a list. */
    get plain() {
        return this.props.tile.figures.filter((figure) => !figure.group);
    }

    /** Figures by their heading, in the order in which the headings come. */
    get groups() {
        const groups = new Map();
        for (const figure of this.props.tile.figures) {
            if (figure.group) {
                groups.set(figure.group, [...(groups.get(figure.group) || []), figure]);
            }
        }
        return [...groups].map(([name, figures]) => ({name, figures}));
    }

    get isTable() {
        // A phone has no room for a wide table.
        const isTooWide = this.env.isSmall && this.props.tile.layout === "wide";
        return (
            this.props.tile.layout !== "list" && !isTooWide && this.groups.length > 0
        );
    }

    get columns() {
        return [
            ...new Set(this.groups.flatMap(({figures}) => figures.map((f) => f.label))),
        ];
    }

    cell(group, label) {
        return group.figures.find((figure) => figure.label === label);
    }
}
