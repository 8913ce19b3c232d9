import {_t} from "@web/core/l10n/translation";
import {useHotkey} from "@web/core/hotkeys/hotkey_hook";
import {useExternalListener} from "@odoo/owl";

const PRESSABLE = "a, button, summary, [role='button'], [role='menuitem']";
const TYPED_INTO =
    "input:not([type='checkbox']):not([type='radio']), textarea, select, [contenteditable='true'], [contenteditable='']";
// Letters and digits, which a user may switch off; others always act.
const isSingle = (key) => key.length === 1;

function mayAct(each, target, isOn) {
    const element = target instanceof HTMLElement ? target : document.body;
    if (isSingle(each.key) && !isOn()) {
        return false;
    }
    if (element.closest(".o-dropdown--menu, .o-autocomplete--dropdown-menu")) {
        return false;
    }
    if (each.key !== "escape" && element.closest(TYPED_INTO)) {
        return false;
    }
    if (["enter", "space"].includes(each.key) && element.closest(PRESSABLE)) {
        return false;
    }
    return each.isActive ? each.isActive() : true;
}

/**
 * Register the keys of the pane.
 *
 * @param {Object[]} keys list of {key, label, run, repeats, isActive}
 * @param {Function} isOn whether letters and digits act at all
 * @param {Object} ui the ui service: no key acts beside a dialog
 */
export function usePaneKeys(keys, isOn, ui) {
    const own = ui.activeElement;
    for (const each of keys.filter((one) => one.key !== "/" && one.key !== "?")) {
        useHotkey(each.key, each.run, {
            allowRepeat: Boolean(each.repeats),
            isAvailable: (target) => mayAct(each, target, isOn),
        });
    }
    const extra = Object.fromEntries(
        keys
            .filter((one) => one.key === "/" || one.key === "?")
            .map((one) => [one.key, one])
    );
    // The hotkey service refuses these two.
    useExternalListener(window, "keydown", (ev) => {
        const each = extra[ev.key];
        const isPlain =
            !ev.ctrlKey && !ev.altKey && !ev.metaKey && !ev.defaultPrevented;
        if (!each || !isPlain || ui.isBlocked || ui.activeElement !== own) {
            return;
        }
        if (isOn() && !ev.target.closest?.(TYPED_INTO)) {
            ev.preventDefault();
            each.run();
        }
    });
}

/** How a key is written on a screen. */
export function keyName(key) {
    const names = {
        arrowdown: "↓",
        arrowup: "↑",
        enter: _t("Enter"),
        escape: _t("Esc"),
        space: _t("Space"),
    };
    return names[key] || key;
}
