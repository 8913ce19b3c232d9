import {describe, expect, test} from "@odoo/hoot";
import {click, queryAllTexts, queryOne} from "@odoo/hoot-dom";
import {PaneCandidates} from "@settlement_workbench/pane/pane_candidates";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {mountWithCleanup} from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
defineMailModels();

function candidate(id, values = {}) {
    return {
        model: "account.move.line",
        id,
        name: `INV/2026/0000${id}`,
        amount: "100.00",
        score: 90 - id,
        chips: [
            {what: "amount", weight: 40, words: "the same amount"},
            {what: "other_payer", weight: -20, words: "another payer"},
        ],
        badge: "",
        badge_words: "",
        alternatives: "",
        blocked_by: "",
        together: [],
        ...values,
    };
}

function propsOf(candidates, values = {}) {
    const step = (name) => (value) => expect.step(`${name} ${JSON.stringify(value)}`);
    return {
        item: {candidates, verbs: [], searched: [], bounds: []},
        chosen: [],
        parts: {},
        isSplitting: false,
        difference: null,
        canChoose: true,
        cursor: null,
        sums: null,
        onToggle: step("toggle"),
        onPart: step("part"),
        onSum: step("sum"),
        onOpen: step("open"),
        onVerb: step("verb"),
        ...values,
    };
}

const difference = {
    asked: "100.00",
    chosen: "99.63",
    rest: "0.37",
    outcome: "over",
    is_zero: false,
    words: "0.37 of it are left.",
    currency: "EUR",
    company_currency: "EUR",
    company_rest: "0.37",
};

test("each candidate has a bar, a number and signed reasons", async () => {
    await mountWithCleanup(PaneCandidates, {
        props: propsOf([candidate(1, {badge: "only", badge_words: "only candidate"})]),
    });
    expect(".o_pane_score").toHaveText("89");
    expect(queryOne(".o_pane_bar > span").style.width).toBe("89%");
    expect(queryAllTexts(".o_pane_chip b")).toEqual(["+40", "-20"]);
    expect(".o_pane_chip.o_pane_against").toHaveText("another payer-20");
    expect(".o_pane_badge_only").toHaveText("only candidate");
});

test("the keys are 1 to 9 and 0, and a click toggles", async () => {
    const many = Array.from({length: 10}, (_each, index) => candidate(index + 1));
    await mountWithCleanup(PaneCandidates, {
        props: propsOf(many, {chosen: [["account.move.line", 10]]}),
    });
    expect(queryAllTexts("[data-choose]").join("")).toBe("1234567890");
    expect("[data-choose='0']").toHaveAttribute("aria-pressed", "true");
    expect("[data-choose='1']").toHaveAttribute("aria-pressed", "false");
    await click("[data-choose='3']");
    expect.verifySteps(["toggle 2"]);
});

test("who only looks has nothing to choose", async () => {
    await mountWithCleanup(PaneCandidates, {
        props: propsOf([candidate(1)], {canChoose: false}),
    });
    expect("[data-choose]").toHaveCount(0);
    expect(".o_pane_candidate").toHaveCount(1);
});

test("the difference is said, in the company's currency where that is another", async () => {
    const other = {...difference, company_currency: "USD", company_rest: "$ 0.40"};
    await mountWithCleanup(PaneCandidates, {
        props: propsOf([candidate(1)], {difference: other}),
    });
    expect("[name='rest']").toHaveText("0.37");
    expect("[name='company_rest']").toHaveText("($ 0.40)");
    expect(".o_pane_difference").not.toHaveClass("o_pane_exact");
});

test("no difference is said in words, too", async () => {
    const exact = {
        ...difference,
        rest: "0.00",
        is_zero: true,
        outcome: "exact",
        words: "No difference: it fits exactly.",
    };
    await mountWithCleanup(PaneCandidates, {
        props: propsOf([candidate(1)], {difference: exact}),
    });
    expect(".o_pane_difference").toHaveClass("o_pane_exact");
    expect("[name='words']").toHaveText("No difference: it fits exactly.");
    expect("[name='company_rest']").toHaveCount(0);
});

test("nothing found says what was looked for, and offers ways on", async () => {
    const verbs = [
        {name: "accept", label: "Accept", enabled: true, takes: ""},
        {name: "ask", label: "Ask", enabled: true, takes: ""},
        {name: "assign", label: "Assign", enabled: false, takes: ""},
    ];
    const item = {candidates: [], verbs, searched: ["amounts: 1.00"], bounds: []};
    await mountWithCleanup(PaneCandidates, {props: propsOf([], {item})});
    expect("[name='no_candidates']").toHaveText(/amounts: 1\.00/);
    expect(queryAllTexts("[data-next-verb]")).toEqual(["Ask"]);
    await click("[data-next-verb='ask']");
    expect.verifySteps(['verb "ask"']);
});

test("a candidate that is held says by what", async () => {
    await mountWithCleanup(PaneCandidates, {
        props: propsOf([candidate(1, {blocked_by: "Match #7 holds all of it."})]),
    });
    expect(".o_pane_candidate").toHaveText(/Match #7 holds all of it\./);
});
