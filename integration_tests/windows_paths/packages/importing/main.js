import inner from '#inner';

export default [inner, import.meta.url, import.meta.dirname, import.meta.resolve('@scope/exporting')];
