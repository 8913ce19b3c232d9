import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");

// Choose all, say what to do, look, do it, and find the outcome of each.
tours.add("settlement_bulk", {
    steps: () => [
        {
            content: "select all of the list",
            trigger: "thead .o_list_record_selector input",
            run: "click",
        },
        {
            content: "act on all of them",
            trigger: "button[name='action_open_bulk']",
            run: "click",
        },
        {
            content: "nothing is done yet; say what to do",
            trigger: "button[name='action_choose_verb']:contains('Choose')",
            run: "click",
        },
        {
            content: "ignore them",
            trigger: ".modal button.o_verb_ignore",
            run: "click",
        },
        {
            content: "say why",
            trigger: ".modal div[name='comment'] textarea",
            run: "edit Agreed by mail.",
        },
        {
            content: "with its code",
            trigger: ".modal div[name='code'] input, .modal div[name='code'] select",
            run() {
                const field = this.anchor;
                if (field.tagName === "SELECT") {
                    field.value = '"agreed"';
                    field.dispatchEvent(new Event("change", {bubbles: true}));
                } else {
                    field.click();
                }
            },
        },
        {
            content: "choose the code where it is a list",
            trigger: ".o_select_menu_item:contains('Agreed'), .modal div[name='code']",
            run() {
                if (this.anchor.classList.contains("o_select_menu_item")) {
                    this.anchor.click();
                }
            },
        },
        {
            content: "go on",
            trigger: ".modal footer button[name='action_apply']:contains('Preview')",
            run: "click",
        },
        {
            content: "the preview counts what was chosen",
            trigger: "[data-kpi='count']:contains('3')",
        },
        {
            content: "the preview has the sum",
            trigger: "[data-kpi='sum']:contains('3.00')",
        },
        {
            content: "do it",
            trigger: "button[name='action_start']:contains('Do it')",
            run: "click",
        },
        {
            content: "each row has its outcome",
            trigger: "[data-kpi='done']:contains('3')",
        },
        {
            content: "take it back as a set",
            trigger: "button[name='action_undo']:contains('Undo All')",
            run: "click",
        },
        {
            content: "say why",
            trigger: ".modal div[name='reason'] textarea",
            run: "edit Too fast.",
        },
        {
            content: "take back",
            trigger: ".modal footer button[name='action_undo']",
            run: "click",
        },
        {
            content: "the undo is an act of its own",
            trigger: ".o_form_view:contains('Undo') [data-kpi='done']:contains('3')",
        },
    ],
});

// Approve on a phone: from the cards to the decision.
tours.add("settlement_approve_phone", {
    steps: () => [
        {
            content: "open the card",
            trigger: ".o_kanban_record:contains('You decide')",
            run: "click",
        },
        {
            content: "the amount is there",
            trigger: "[data-kpi='amount']:contains('600.00')",
        },
        {
            content: "the set is shown",
            trigger: ".o_settlement_approval_look [data-kpi='count']:contains('6')",
        },
        {
            content: "nothing is wider than the phone",
            trigger: ".o_form_view",
            run() {
                const wide = [...document.querySelectorAll(".o_form_sheet *")].find(
                    (node) => node.getBoundingClientRect().right > window.innerWidth + 1
                );
                if (wide) {
                    throw new Error(`Too wide: ${wide.outerHTML.slice(0, 200)}`);
                }
            },
        },
        {
            content: "the buttons may be behind a menu",
            trigger: ".o_cp_action_menus button, .o_statusbar_buttons button",
            run() {
                const approve = document.querySelector("button[name='action_approve']");
                if (!approve) {
                    this.anchor.click();
                }
            },
        },
        {
            content: "approve",
            trigger: "button[name='action_approve']",
            run: "click",
        },
        {
            content: "it is decided",
            trigger: "body:not(:has(button[name='action_approve']))",
        },
    ],
});

// The list of what was done, and one match taken back.
tours.add("settlement_undo", {
    steps: () => [
        {
            content: "a match may be removed and done again",
            trigger: ".o_data_row:contains('Match') button[name='action_undo']",
            run: "click",
        },
        {
            content: "say why",
            trigger: ".modal div[name='reason'] textarea",
            run: "edit The other invoice.",
        },
        {
            content: "take back",
            trigger: ".modal footer button[name='action_undo']",
            run: "click",
        },
        {
            content: "back on the list",
            trigger: "body:not(:has(.modal)) .o_list_view",
        },
    ],
});
