import {registry} from "@web/core/registry";

// What an accountant does first: import a file, look at what came of it, and go from
// a transaction to its payout and to the payload it was read from.
registry.category("web_tour.tours").add("settlement_import", {
    url: "/odoo/settlement-transactions",
    steps: () => [
        {
            content: "the list shows the imported charge",
            trigger: ".o_list_view td[name='net_amount']:contains('98.00')",
            run: "click",
        },
        {
            content: "the form shows gross, fee and net",
            trigger: ".o_form_view .o_field_widget[name='fee_amount']:contains('2.00')",
        },
        {
            content: "open the payout",
            trigger: "button[name='action_open_batch']",
            run: "click",
        },
        {
            content: "the payout is validated and lists its rows",
            trigger: ".o_form_view .o_arrow_button_current:contains('Validated')",
        },
        {
            content: "open the payload of the payout",
            trigger: "button[name='action_open_message']",
            run: "click",
        },
        {
            content: "the payload is readable as it was received",
            trigger: ".o_field_widget[name='preview']:contains('po_tour')",
        },
    ],
});
