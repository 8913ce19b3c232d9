import {Component, useEffect, useRef} from "@odoo/owl";

/** The queue beside the pane, or the grid of many rows above it. */
export class PaneQueue extends Component {
    static template = "settlement_workbench.PaneQueue";
    static props = {
        rows: Array,
        currentId: [Number, Boolean],
        marked: Object,
        isGrid: Boolean,
        hasMore: Boolean,
        onSelect: Function,
        onMark: Function,
        onMore: Function,
        focusToken: Number,
    };

    setup() {
        this.root = useRef("root");
        // The focus follows the cursor, and never leaves an input for it.
        useEffect(
            () => this.focusCurrent(),
            () => [this.props.currentId, this.props.focusToken, this.props.isGrid]
        );
    }

    focusCurrent() {
        const row = this.root.el?.querySelector(`[data-id='${this.props.currentId}']`);
        if (!row) {
            return;
        }
        row.scrollIntoView({block: "nearest"});
        const active = document.activeElement;
        if (!active || !active.matches("input, textarea, select, [contenteditable]")) {
            row.focus({preventScroll: true});
        }
    }
}
