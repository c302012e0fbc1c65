// What the editor says of tabs, versions and what this browser keeps, in English.

export const enLibrary = {
  tabs: {
    label: 'Open workflows',
    close: (name: string) => `Close ${name}`,
    closed: (name: string) => `Closed “${name}”`,
    draftKept: 'Its unsaved changes are kept as a draft, under Mine.',
    reopen: 'Open again',
    runs: 'runs',
    runsIn: (state: string, name: string) => `${state} in ${name}`,
  },
}
