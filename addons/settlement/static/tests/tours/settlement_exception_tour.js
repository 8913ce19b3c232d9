import {registry} from "@web/core/registry";

function choose(field, label) {
    return [
        {
            content: `open the choices of ${field}`,
            trigger: `.modal .o_field_widget[name='${field}'] input`,
            run: "click",
        },
        {
            content: `choose ${label}`,
            trigger: `.o_select_menu_item:contains('${label}')`,
            run: "click",
        },
    ];
}

// What an accountant does in the morning: look at the queue, take what is most
// urgent, and close it with a reason.
registry.category("web_tour.tours").add("settlement_exception", {
    url: "/odoo/settlement-exceptions",
    steps: () => [
        {
            content: "severity is said in words and with an icon",
            trigger:
                ".o_data_row:contains('Tour: short') .badge:contains('High') i.fa-arrow-up",
        },
        {
            content: "the usual way out is a button of the row",
            trigger: ".o_data_row:contains('Tour: unread') button.o_verb_retry",
        },
        {
            content: "which does not fit every row",
            trigger:
                ".o_data_row:contains('Tour: short'):not(:has(button.o_verb_retry))",
        },
        {
            content: "open it",
            trigger: ".o_data_row:contains('Tour: short') td[name='headline']",
            run: "click",
        },
        {
            content: "take it",
            trigger: "button[name='action_assign']",
            run: "click",
        },
        {
            content: "it is in progress",
            trigger: ".o_arrow_button_current:contains('In progress')",
        },
        {
            content: "see what can be done",
            trigger: "button[name='action_open_resolve']",
            run: "click",
        },
        {
            content: "only what fits is offered",
            trigger:
                ".modal:has(button.o_verb_ask):not(:has(button.o_verb_acknowledge)) button.o_verb_ignore",
            run: "click",
        },
        {
            content: "the dialogue says what it does",
            trigger: ".modal .o_field_widget[name='effect']:contains('Posts nothing')",
        },
        ...choose("code", "Agreed with the other side"),
        {
            content: "say why",
            trigger: ".modal .o_field_widget[name='comment'] textarea",
            run: "edit The customer was told.",
        },
        {
            content: "resolve it",
            trigger: ".modal button[name='action_apply']",
            run: "click",
        },
        {
            content: "it is closed with the reason",
            trigger: ".o_arrow_button_current:contains('Ignored')",
        },
        {
            content: "which everybody can read",
            trigger: ".o_field_widget[name='resolution']:contains('customer was told')",
        },
        {
            content: "go to what it was about",
            trigger: "button[name='action_open_subject']",
            run: "click",
        },
        {
            content: "the wallet opens",
            trigger: ".o_form_view .o_field_widget[name='account_identifier']",
        },
    ],
});

// A reader sees the same queue and nothing to click.
registry.category("web_tour.tours").add("settlement_exception_reader", {
    url: "/odoo/settlement-exceptions",
    steps: () => [
        {
            content: "the queue has no way out for readers",
            trigger:
                ".o_list_view:has(.o_data_row:contains('Tour: unread')):not(:has(button[name='action_open_verb']))",
        },
        {
            content: "open it",
            trigger: ".o_data_row:contains('Tour: unread') td[name='headline']",
            run: "click",
        },
        {
            content: "and the form neither",
            trigger:
                ".o_form_view:has(button[name='action_open_subject']):not(:has(button[name='action_assign'])):not(:has(button[name='action_open_resolve']))",
        },
    ],
});
