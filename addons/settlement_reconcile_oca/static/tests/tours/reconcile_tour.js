import {registry} from "@web/core/registry";

const candidate = ".o_settlement_candidate[data-candidate]:first";

registry.category("web_tour.tours").add("settlement_reconcile_oca", {
    steps: () => [
        {
            content: "The candidate says why",
            trigger: `${candidate}:contains('Because of')`,
        },
        {
            content: "Put it into the view",
            trigger: `${candidate} button[data-verb='add']`,
            run: "click",
        },
        {
            content: "Reconcile",
            trigger: "button[name='reconcile_bank_line']:enabled:not(.disabled)",
            run: "click",
        },
        {
            content: "Take it back",
            trigger: "button[name='unreconcile_bank_line']",
            run: "click",
        },
        {
            content: "Confirm",
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "The candidate is there again",
            trigger: `${candidate} button[data-verb='add']`,
            run: "click",
        },
        {
            content: "Reconcile once more",
            trigger: "button[name='reconcile_bank_line']:enabled:not(.disabled)",
            run: "click",
        },
        {
            content: "Done",
            trigger: "button[name='unreconcile_bank_line']",
        },
    ],
});
