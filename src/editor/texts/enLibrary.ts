// What the editor says of tabs, versions and what this browser keeps, in English.

const plural = (count: number, one: string) => `${count} ${count === 1 ? one : one + 's'}`

export const enLibrary = {
  versions: {
    label: 'Versions',
    title: (name: string) => `Versions of “${name}”`,
    changes: 'What changed',
    comparedWith: 'Compared with',
    now: 'As it is now',
    none: 'There are none yet. Each save keeps one.',
    first: 'first version kept',
    firstMeaning: 'The first version that is kept: there is nothing older to compare it with.',
    nothing: 'nothing changed',
    unreadable: 'It cannot be read any more.',
    name: 'Name…',
    open: 'Open in a new tab',
    restore: 'Restore',
    restored: (when: string) => `The version of ${when} is back, not saved yet`,
    called: (from: string, to: string) => `“${from}” is called “${to}”`,
    added: (titles: string) => `added ${titles}`,
    removed: (titles: string) => `removed ${titles}`,
    rewired: (slots: string) => `rewired ${slots}`,
    wired: (slot: string, from: string, to: string) => `${slot}: ${from} → ${to}`,
    titled: (from: string, to: string) => `${from} is titled ${to}`,
    mode: (title: string, mode: number) => `${title} is ${mode === 2 ? 'muted' : mode === 4 ? 'bypassed' : 'taking part again'}`,
    about: 'another description',
    groups: 'other groups',
    layout: (count: number) => `${plural(count, 'node')} moved or resized`,
    more: (count: number) => `and ${count} more`,
  },
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
