import {
    Component,
    onMounted,
    onWillUnmount,
    useEffect,
    useRef,
    useState,
} from "@odoo/owl";
import {loadBundle} from "@web/core/assets";
import {cookie} from "@web/core/browser/cookie";
import {getColor} from "@web/core/colors/colors";
import {localization} from "@web/core/l10n/localization";
import {formatFloat, formatInteger} from "@web/views/fields/formatters";

/** One chart, the same values as a table for screen readers, and a way behind each. */
export class BoardChart extends Component {
    static template = "settlement_workbench.BoardChart";
    static props = {chart: Object, open: Function};

    setup() {
        this.canvas = useRef("canvas");
        this.state = useState({failed: false, ready: false});
        // The figures are shown at once, whatever the library takes.
        onMounted(async () => {
            try {
                await loadBundle("web.chartjs_lib");
                this.state.ready = true;
            } catch {
                this.state.failed = true;
            }
        });
        useEffect(
            () => {
                this.draw();
                return () => this.drawn?.destroy();
            },
            () => [this.props.chart, this.state.ready]
        );
        onWillUnmount(() => this.drawn?.destroy());
    }

    get hasValues() {
        return this.props.chart.labels.length > 0;
    }

    /** Points that open something. */
    get links() {
        const {labels, series, actions} = this.props.chart;
        return actions
            .map((action, place) => ({
                action,
                label: labels[place],
                value: this.format(series[0].values[place]),
            }))
            .filter(({action}) => action);
    }

    format(value) {
        if (value === null) {
            return "–";
        }
        switch (this.props.chart.unit) {
            case "percent":
                return `${formatFloat(value, {digits: [16, 1]})} %`;
            case "money":
                return `${formatFloat(value, {humanReadable: Math.abs(value) >= 100000, decimals: 1})} ${this.props.chart.currency}`;
            default:
                return formatInteger(value);
        }
    }

    draw() {
        if (!this.canvas.el || !this.state.ready) {
            return;
        }
        const style = getComputedStyle(this.canvas.el);
        const scheme = cookie.get("color_scheme");
        const {type, labels, series} = this.props.chart;
        const ticks = {color: style.color, maxRotation: 0, autoSkipPadding: 12};
        const grid = {color: "rgba(128, 128, 128, 0.25)"};
        const isBar = type === "bar";
        this.drawn = new Chart(this.canvas.el, {
            type,
            data: {
                labels,
                datasets: series.map(({label, values}, place) => ({
                    label,
                    data: values,
                    borderColor: getColor(place, scheme, "sm"),
                    backgroundColor: getColor(place, scheme, "sm"),
                    borderDash: [[], [6, 4], [2, 3]][place % 3],
                    borderWidth: isBar ? 0 : 2,
                    pointRadius: isBar ? 0 : 1.5,
                    spanGaps: true,
                    tension: 0,
                })),
            },
            options: {
                animation: false,
                maintainAspectRatio: false,
                onClick: (_event, points) => {
                    if (points.length) {
                        this.props.open(this.props.chart.actions[points[0].index]);
                    }
                },
                scales: {
                    x: {ticks, grid: {display: false}, reverse: this.isRtl},
                    y: {
                        ticks: {...ticks, callback: (value) => this.format(value)},
                        grid,
                        position: this.isRtl ? "right" : "left",
                        beginAtZero: isBar,
                        ...(this.props.chart.unit === "percent"
                            ? {suggestedMin: 80, max: 100}
                            : {}),
                        ...(this.props.chart.unit === "count"
                            ? {ticks: {...ticks, precision: 0}}
                            : {}),
                    },
                },
                plugins: {
                    legend: {
                        display: series.length > 1,
                        labels: {color: style.color},
                        rtl: this.isRtl,
                    },
                    tooltip: {
                        rtl: this.isRtl,
                        callbacks: {
                            label: ({dataset, raw}) =>
                                `${dataset.label}: ${this.format(raw)}`,
                        },
                    },
                },
            },
        });
    }

    get isRtl() {
        return localization.direction === "rtl";
    }
}
