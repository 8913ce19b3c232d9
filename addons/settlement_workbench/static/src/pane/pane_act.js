import {Component, useEffect, useRef} from "@odoo/owl";
import {RecordSelector} from "@web/core/record_selectors/record_selector";
import {FileInput} from "@web/core/file_input/file_input";

/** What a verb asks for, what it would do, and the button that does it. */
export class PaneAct extends Component {
    static template = "settlement_workbench.PaneAct";
    static components = {RecordSelector, FileInput};
    static props = {
        exceptionId: Number,
        verb: Object,
        values: Object,
        preview: [Object, {value: null}],
        isLooking: Boolean,
        isActing: Boolean,
        hasChanged: Boolean,
        canConfirm: Boolean,
        onValue: Function,
        onPreview: Function,
        onConfirm: Function,
        onCancel: Function,
        onEntered: Function,
    };

    setup() {
        this.root = useRef("root");
        // What a verb asks for gets the focus, once it is drawn.
        useEffect(
            () => this.focusNeeded(),
            () => [this.props.exceptionId, this.props.verb.name]
        );
    }

    focusNeeded() {
        const missing = this.props.verb.inputs.find(
            (input) => input.required && !this.props.values[input.name]
        );
        const label = missing && this.inputLabel(missing);
        label?.querySelector("input, textarea, select, button")?.focus();
    }

    inputLabel({name}) {
        return this.root.el.querySelector(`[data-input='${name}']`);
    }

    /** Inputs change the preview: it is asked for again, never guessed. */
    change(input, value) {
        this.props.onValue(input.name, value);
    }

    /** Enter ends the typing; the next one does what is shown then. */
    entered(ev) {
        const isTyped = ev.target.matches(
            "input:not([role='combobox']), textarea, select"
        );
        if (ev.key === "Enter" && !ev.shiftKey && isTyped) {
            ev.preventDefault();
            ev.stopPropagation();
            ev.target.blur();
            this.props.onEntered();
        }
    }

    selected(input, option) {
        return String(this.props.values[input.name] || "") === String(option[0]);
    }

    uploaded(input, files) {
        const ids = files.map((file) => file.id);
        this.change(input, [...(this.props.values[input.name] || []), ...ids]);
    }

    get effects() {
        const {effect} = this.props.preview;
        return [
            {name: "wallet", effect: effect.wallet},
            {name: "in_transit", effect: effect.in_transit},
            {name: "profit", effect: effect.profit},
        ];
    }
}
