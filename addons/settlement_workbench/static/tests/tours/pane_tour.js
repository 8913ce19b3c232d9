import {registry} from "@web/core/registry";

const ROW = ".o_pane_row.o_pane_current:focus";
const CONFIRM = ".o_pane_act button[name='confirm']:enabled";

const press = (key, content, trigger = ROW) => ({
    content,
    trigger,
    run: `press ${key}`,
});
const call = (method, args) =>
    odoo.__WOWL_DEBUG__.root.env.services.orm.call(
        "settlement.exception",
        method,
        args
    );
const currentId = () => Number(document.querySelector(".o_pane_current").dataset.id);

// The morning's work without a mouse: four of four reasons, and nothing is left.
registry.category("web_tour.tours").add("settlement_pane_to_zero", {
    steps: () => [
        {
            content: "the list opens the pane on what it shows",
            trigger: "button[name='work_on_these']",
            run: "click",
        },
        {
            content: "the first of four has the focus",
            trigger: ".o_pane_position:contains('1 of 4')",
        },
        {
            content: "one candidate, named by its reference, is tried out by itself",
            trigger: ".o_pane_candidate.o_pane_chosen .o_pane_badge_only",
        },
        {
            content: "its reasons are shown with what they weigh",
            trigger: ".o_pane_chip[data-weight='30']:contains('+30')",
        },
        {
            content: "zero is said in words",
            trigger:
                ".o_pane_difference.o_pane_exact [name='words']:contains('No difference')",
        },
        {
            content: "the entries are there before they are made",
            trigger: ".o_pane_entry td:contains('400.00')",
        },
        {content: "the button waits for the preview", trigger: CONFIRM},
        press("Enter", "accept what is shown"),
        {
            content: "the next row is selected and focused",
            trigger: `.o_pane_position:contains('1 of 3'):contains('1 done')`,
        },
        {
            content: "two as good: none of them is marked",
            trigger: ".o_pane_badge_several:contains('2+ solutions')",
        },
        {
            content: "so nothing is offered to be confirmed",
            trigger: ".o_pane_main:not(:has(.o_pane_act)):not(:has(.o_pane_chosen))",
        },
        press("2", "choose the second one"),
        {
            content: "it is marked, and fits",
            trigger: ".o_pane_candidate:nth-child(2).o_pane_chosen",
        },
        {content: "it was tried out", trigger: CONFIRM},
        press("Enter", "match it"),
        {
            content: "a part payment comes next",
            trigger: ".o_pane_position:contains('1 of 2'):contains('2 done')",
        },
        {content: "it is short", trigger: ".o_pane_cause:contains('Amount short')"},
        press("w", "write the rest off"),
        {
            content: "a code is needed, and its input has the focus",
            trigger: ".o_pane_inputs input[name='code']:focus",
            run: "edit rounding",
        },
        {
            content: "no letter acts while something is typed",
            trigger: ".o_pane_inputs input[name='code']:focus",
            run: "press Enter",
        },
        {
            content: "the write-off is shown",
            trigger: ".o_pane_entry td:contains('0.50')",
        },
        {content: "and may be done", trigger: CONFIRM},
        press("Enter", "do it"),
        {
            content: "the last one",
            trigger: ".o_pane_position:contains('1 of 1'):contains('3 done')",
        },
        press("i", "ignore it"),
        {
            content: "say why",
            trigger: ".o_pane_inputs textarea[name='reason']",
            run: "edit Agreed with the bank",
        },
        {
            content: "and the code of it",
            trigger: ".o_pane_inputs select[name='code']",
            run: "selectByLabel Too small to matter",
        },
        {
            content: "it posts nothing, and says so",
            trigger: ".o_pane_preview [name='no_entries']:contains('posts nothing')",
        },
        {content: "that is known before", trigger: CONFIRM, run: "click"},
        {
            content: "nothing is left",
            trigger: "[name='empty']:contains('Nothing is left'):contains('4')",
        },
    ],
});

// The situation changes between looking and doing: nothing is done.
registry.category("web_tour.tours").add("settlement_pane_changed", {
    steps: () => [
        {content: "it was tried out", trigger: CONFIRM},
        {
            content: "somebody else takes it meanwhile",
            trigger: ROW,
            run: () => call("action_assign", [[currentId()]]),
        },
        press("Enter", "accept what was shown"),
        {
            content: "the new situation is shown instead",
            trigger: ".o_pane_act [name='changed']:contains('nothing was done')",
        },
        {content: "what would be done now may be done", trigger: CONFIRM},
        press("Enter", "do that"),
        {content: "it is done", trigger: ".o_pane_position:contains('1 done')"},
    ],
});

// Who only looks sees everything and no control that acts.
registry.category("web_tour.tours").add("settlement_pane_viewer", {
    steps: () => [
        {content: "the cause", trigger: ".o_pane_sentence:contains('Nobody knows')"},
        {content: "the chain", trigger: ".o_pane_chain .o_pane_subject"},
        {content: "the candidates", trigger: ".o_pane_candidate .o_pane_chip"},
        {
            content: "no verb, no digit, nothing to confirm",
            trigger:
                ".o_pane_main:not(:has([data-verb])):not(:has([data-choose])):not(:has([name='confirm']))",
        },
        press("Enter", "keys do nothing either"),
        press("1", "nor digits"),
        {
            content: "still nothing to confirm",
            trigger: ".o_pane_main:not(:has(.o_pane_act))",
        },
        {
            content: "the server refuses as well",
            trigger: ROW,
            run: async () => {
                const id = currentId();
                for (const [method, args] of [
                    ["pane_preview", [[id], "ignore", {reason: "x", code: "other"}]],
                    [
                        "pane_resolve",
                        [[id], "ignore", {reason: "x", code: "other"}, "x"],
                    ],
                    ["action_resolve", [[id], "ignore"]],
                ]) {
                    const refused = await call(method, args).then(
                        () => false,
                        (error) => error.exceptionName
                    );
                    if (refused !== "odoo.exceptions.AccessError") {
                        throw new Error(`${method} was not refused: ${refused}`);
                    }
                }
                document.body.classList.add("o_tour_refused");
            },
        },
        {content: "each of them was refused", trigger: "body.o_tour_refused"},
    ],
});

// Keys: what is listed is what acts; letters can be switched off.
registry.category("web_tour.tours").add("settlement_pane_keys", {
    steps: () => [
        {content: "the first row", trigger: ".o_pane_position:contains('1 of 4')"},
        press("j", "down"),
        {content: "the second row", trigger: ".o_pane_position:contains('2 of 4')"},
        press("ArrowDown", "down with an arrow"),
        {content: "the third row", trigger: ".o_pane_position:contains('3 of 4')"},
        press("k", "up again"),
        {content: "the second row", trigger: ".o_pane_position:contains('2 of 4')"},
        press("Space", "mark it"),
        {content: "it is marked", trigger: ".o_pane_marks:contains('1 marked')"},
        press("Space", "and not any more"),
        {
            content: "nothing is marked",
            trigger: ".o_pane_aside:not(:has(.o_pane_marks))",
        },
        press("c", "comment"),
        {
            content: "the notes are open, and logging one is the next key",
            trigger: ".o_pane_notes .o-mail-Chatter-logNote:focus",
            run: "click",
        },
        {
            content: "write one",
            trigger: ".o_pane_notes .o-mail-Composer-input",
            run: "edit jjjj",
        },
        {
            content: "letters that are typed move nothing",
            trigger: ".o_pane_position:contains('2 of 4')",
        },
        {
            content: "log it",
            trigger: ".o_pane_notes .o-mail-Composer-send:enabled",
            run: "click",
        },
        {
            content: "it is in the history",
            trigger: ".o_pane_notes .o-mail-Message:contains('jjjj')",
        },
        {content: "show the keys", trigger: "button[name='help']", run: "click"},
        {
            content: "with what they do",
            trigger: ".o_pane_help [data-key='j']:contains('Next row')",
        },
        {
            content: "a verb that does not fit has no key",
            trigger: ".o_pane_help:not(:has([data-key='d']))",
        },
        {
            content: "switch the letters off",
            trigger: ".modal button[name='single_keys']",
            run: "click",
        },
        {content: "the dialog is closed", trigger: "body:not(:has(.modal))"},
        {content: "focus the row", trigger: ".o_pane_row.o_pane_current", run: "click"},
        press("j", "letters do nothing now"),
        press("ArrowDown", "arrows do"),
        {
            content: "one row further, not two",
            trigger: ".o_pane_position:contains('3 of 4')",
        },
        {content: "many rows at once", trigger: "button[name='grid']", run: "click"},
        {
            content: "as a grid",
            trigger: ".o_pane_grid .o_pane_grid_head:contains('What is wrong')",
        },
        press("ArrowUp", "the same keys"),
        {content: "move in it", trigger: ".o_pane_position:contains('2 of 4')"},
    ],
});
