import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
// Pages take their time on a busy machine.
const patient = (steps) => steps.map((step) => ({timeout: 30000, ...step}));
const row = (name) => `.o_field_widget[name='row_ids'] .o_data_row:contains('${name}')`;
const state = (name) => `.o_arrow_button_current:contains('${name}')`;

// From not ready to ready: mend what is in the way, sign the rest.
tours.add("settlement_close_sign", {
    steps: () =>
        patient([
            {
                content: "it says no, and names what is in the way with its amount",
                trigger:
                    ".alert-warning:contains('Ready to close?'):contains('Month cut off'):contains('7.00')",
            },
            {
                content: "what is in the way comes first",
                trigger:
                    ".o_field_widget[name='row_ids'] .o_data_row:first:contains('In the Way')",
            },
            {
                content: "post the cut-off from its row",
                trigger: `${row("Month cut off")} button[name='action_step']`,
                run: "click",
            },
            {
                content: "it is good now",
                trigger: `${row("Month cut off")}:contains('Good')`,
            },
            {
                content: "look at the proof of a check",
                trigger: `${row("Segregation")} button[name='action_open_proof']`,
                run: "click",
            },
            {
                content: "its hash is there",
                trigger: ".modal .o_field_widget[name='proof_hash']",
            },
            {
                content: "go back",
                trigger: ".modal button:contains('Close')",
                run: "click",
            },
            {
                content: "sign it",
                trigger: `${row("Segregation")} button[name='action_open_signature']`,
                run: "click",
            },
            {
                content: "say why",
                trigger: ".modal .o_field_widget[name='comment'] textarea",
                run: "edit One person tests everything here",
            },
            {
                content: "sign",
                trigger: ".modal footer button[name='action_sign']",
                run: "click",
            },
            {
                content: "it is ready",
                trigger: state("Ready"),
            },
        ]),
});

// From ready to closed, and on to the lock dates.
tours.add("settlement_close_close", {
    steps: () =>
        patient([
            {
                content: "it says yes",
                trigger:
                    ".alert-success:contains('Yes. Every check is good or signed.')",
            },
            {
                content: "close the month",
                trigger: "button[name='action_close']",
                run: "click",
            },
            {
                content: "the lock date is filled in and nothing is in its way",
                trigger: ".modal .o_field_widget[name='fiscalyear_lock_date']",
            },
            {
                content: "lock",
                trigger: ".modal footer button[name='action_apply']",
                run: "click",
            },
            {
                content: "it is closed",
                trigger: state("Closed"),
            },
        ]),
});

// The evidence in one click.
tours.add("settlement_close_pack", {
    steps: () =>
        patient([
            {
                content: "take the evidence along",
                trigger: "button[name='action_make_pack']",
                run: "click",
            },
            {
                content: "an auditor finds no button that changes anything",
                trigger: ".o_form_view:not(:has(button[name='action_refresh']))",
            },
        ]),
});

const openStep = (stage, what) => ({
    content: `open ${what}`,
    trigger: `.o_field_widget[name='line_ids'] .o_data_row:has(td[name='stage']:contains('${stage}')):first button[name='action_open']`,
    run: "click",
});
const isPayout = {
    content: "the payout",
    trigger: ".o_form_view .o_field_widget[name='external_id']:contains('po_1')",
};
const money = {
    content: "where is the money?",
    trigger: "button[name='action_open_money']",
    run: "click",
};

// Down from a figure to the payload, up to the document, and to the same payout.
tours.add("settlement_close_drill", {
    steps: () =>
        patient([
            {
                content: "open the records behind a figure",
                trigger: `${row("Payouts balanced")} button[name='action_open']`,
                run: "click",
            },
            {
                content: "open the payout",
                trigger:
                    ".o_list_view .o_data_row:contains('Payout'):contains('97.00'):first td[name='date']",
                run: "click",
            },
            isPayout,
            {
                content: "its rows",
                trigger: "button[name='action_open_transactions']",
                run: "click",
            },
            {
                content: "they are a list of their own",
                trigger: ".o_last_breadcrumb_item:contains('Settlement Transaction')",
            },
            {
                content: "the charge",
                trigger:
                    ".o_list_view .o_data_row:contains('Charge'):first td[name='kind']",
                run: "click",
            },
            money,
            openStep("Raw Payload", "its payload"),
            {
                content: "with its hash",
                trigger: ".o_form_view .o_field_widget[name='sha256']",
            },
            {
                content: "an auditor may take it along",
                trigger: ".o_form_view button[name='action_download']",
            },
            {
                content: "up again: what it told",
                trigger: "button[name='action_open_transactions']",
                run: "click",
            },
            {
                content: "the charge",
                trigger:
                    ".o_list_view .o_data_row:contains('Charge'):first td[name='kind']",
                run: "click",
            },
            money,
            openStep("Entry of Ours", "what it was posted as"),
            {
                content: "it is the posting of the payout",
                trigger:
                    ".o_form_view .o_field_widget[name='batch_id']:contains('97.00')",
            },
        ]),
});

tours.add("settlement_money_trail", {
    steps: () =>
        patient([
            money,
            {
                content: "it says where the money is",
                trigger: ".alert-info:contains('At the bank since')",
            },
            openStep("Payout", "the payout"),
            isPayout,
            money,
            openStep("Statement Line", "the line of the bank"),
            {
                content: "the line",
                trigger: ".o_form_view .o_field_widget[name='payment_ref']",
            },
            money,
            openStep("Raw Payload", "the payload"),
            {
                content: "its hash",
                trigger: ".o_form_view .o_field_widget[name='sha256']",
            },
            {
                content: "up to what it told",
                trigger: "button[name='action_open_transactions']",
                run: "click",
            },
            {
                content: "the charge",
                trigger:
                    ".o_list_view .o_data_row:contains('Charge'):first td[name='kind']",
                run: "click",
            },
            money,
            openStep("Document", "the invoice"),
            {
                content: "the invoice that it began with",
                trigger: ".o_form_view button[name='action_open_money']",
            },
            money,
            openStep("Payout", "the payout again"),
            isPayout,
        ]),
});
