module.exports = {
    // Resolved from here: the plug-in lives in the environment of the hook.
    plugins: [require.resolve("@prettier/plugin-xml")],
    bracketSpacing: false,
    printWidth: 88,
    proseWrap: "preserve",
    tabWidth: 4,
    trailingComma: "es5",
    xmlSelfClosingSpace: true,
    xmlWhitespaceSensitivity: "strict",
    overrides: [{files: ["*.yml", "*.yaml", "*.json"], options: {tabWidth: 2}}],
};
