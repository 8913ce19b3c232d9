import {registry} from "@web/core/registry";

const FIND = "button[name='action_open_suggestions']:contains('Find its Money')";

// "Where is the money of this invoice?": look, choose two payments, match them.
registry.category("web_tour.tours").add("settlement_suggest", {
    steps: () => [
        {
            content: "ask what has paid the invoice",
            trigger: FIND,
            run: "click",
        },
        {
            content: "the best candidate says why",
            trigger:
                ".modal .o_data_row:first:contains('the document number'):contains('60')",
        },
        {
            content: "choose it",
            trigger:
                ".modal .o_data_row:first td[name='is_chosen'] .o_boolean_toggle input",
            run: "click",
        },
        {
            content: "the difference is said in words",
            trigger:
                ".modal .o_field_widget[name='difference_text']:contains('is missing')",
        },
        {
            content: "choose the second one",
            trigger:
                ".modal .o_data_row:eq(1) td[name='is_chosen'] .o_boolean_toggle input",
            run: "click",
        },
        {
            content: "both are the invoice",
            trigger:
                ".modal .o_field_widget[name='difference_text']:contains('exactly')",
        },
        {
            content: "match them",
            trigger: ".modal footer button[name='action_match']",
            run: "click",
        },
        {
            content: "the match is confirmed",
            trigger: ".o_arrow_button_current:contains('Confirmed')",
        },
    ],
});

// Who only looks finds no button that decides.
registry.category("web_tour.tours").add("settlement_suggest_viewer", {
    steps: () => [
        {
            content: "ask what has paid the invoice",
            trigger: FIND,
            run: "click",
        },
        {
            content: "the candidates are there, the buttons are not",
            trigger:
                ".modal:has(.o_data_row):not(:has(button[name='action_match'])):not(:has(button[name='action_propose']))",
        },
    ],
});
