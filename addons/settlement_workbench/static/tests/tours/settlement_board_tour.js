import {registry} from "@web/core/registry";

const BOARD = ".o_settlement_board [name='tiles']";

/** Open a figure, see as many records as it said, and come back. */
function opened(kpi) {
    let count = 0;
    return [
        {
            content: `open ${kpi}`,
            trigger: `.o_settlement_board button[data-kpi='${kpi}']`,
            run({anchor, click}) {
                count = Number(anchor.dataset.count);
                return click();
            },
        },
        {
            content: `the list of ${kpi} is as long as the figure said`,
            trigger: ".o_list_view",
            timeout: 20000,
            async run() {
                const shown = () =>
                    document.querySelectorAll(".o_list_view .o_data_row").length;
                for (let turn = 0; turn < 100 && shown() !== count; turn++) {
                    await new Promise((resolve) => setTimeout(resolve, 100));
                }
                if (shown() !== count) {
                    throw new Error(`${kpi} says ${count}, the list has ${shown()}`);
                }
            },
        },
        {
            content: "back to the board",
            trigger: ".o_breadcrumb a:contains('Board'), .o_back_button",
            run: "click",
        },
        {
            content: "the board is there again",
            trigger: BOARD,
            timeout: 20000,
        },
    ];
}

const KPIS = [
    "exposure.sum",
    "exposure.critical",
    "deadline.overdue",
    "match.count.30",
    "match.invoice.90",
    "feed.failed_windows",
    "feed.missing_days",
    "method.manual",
    "wallet.difference.USD",
    "transit.sum.USD",
];

registry.category("web_tour.tours").add("settlement_board", {
    steps: () => [
        {content: "the tiles are there", trigger: BOARD, timeout: 30000},
        {
            content: "each says its state in words",
            trigger:
                "[data-tile='deadline'][data-state='error'] [name='state']:contains('Act')",
        },
        {
            content: "charts are drawn",
            trigger: "[name='charts'] canvas",
        },
        ...KPIS.flatMap(opened),
        {
            content: "refresh",
            trigger: ".o_settlement_board button[name='refresh']",
            run: "click",
        },
        {content: "it is there again", trigger: BOARD},
        {
            content: "a bar of a chart opens its list, also without a mouse",
            trigger: "[data-chart='ageing'] button[name='ageing.3']",
            run: "click",
        },
        {content: "one exception is that old", trigger: ".o_list_view .o_data_row"},
    ],
});

registry.category("web_tour.tours").add("settlement_board_empty", {
    steps: () => [
        {
            content: "it says what it is for",
            trigger: "[name='empty']:contains('Nothing is connected yet')",
            timeout: 30000,
        },
        {
            content: "connect",
            trigger: "[name='empty'] button[name='connect']",
            run: "click",
        },
        {content: "the set-up begins", trigger: ".o_form_view"},
    ],
});

registry.category("web_tour.tours").add("settlement_board_empty_viewer", {
    steps: () => [
        {
            content: "who only looks is told whom to ask",
            trigger:
                "[name='empty']:not(:has(button)):has([name='ask']:contains('administrator'))",
            timeout: 30000,
        },
    ],
});

registry.category("web_tour.tours").add("settlement_board_unknown", {
    steps: () => [
        {
            content: "nothing known is not shown as zero",
            trigger:
                "[data-tile='match'][data-state='unknown'] [name='why']:contains('No data yet')",
            timeout: 30000,
        },
        {
            content: "a figure nobody knows says so",
            trigger:
                "[data-tile='wallet'] [data-kpi='wallet.proved_at'][data-unknown]:contains('no data yet')",
        },
        {
            content: "nor is a chart drawn of nothing",
            trigger: "[data-chart='rate'] [data-unknown]:contains('no data yet')",
        },
    ],
});
