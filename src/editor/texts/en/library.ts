// English texts on saved workflows: storage and backup, versions and tabs.
import { plural } from '../counts.ts'

export const enLibrary = {
  library: {
    search: 'Search saved workflows',
    searchHint: 'Searches names, descriptions, notes, node titles and types.',
  },
  backup: {
    title: 'Storage and backup',
    hint: 'All data is stored only on this computer. Choose what to include in the ZIP.',
    parts: {
      workflows: 'Workflows',
      versions: 'Versions',
      drafts: 'Drafts',
      nodes: 'My nodes',
      runs: 'Runs',
      lessons: 'Lessons',
      checkpoints: 'Checkpoints',
      datasets: 'Data sets',
      states: 'Training states',
      settings: 'Settings',
    },
    about: {
      workflows: 'Saved workflows.',
      versions: 'One per save: up to fifty per workflow, fewer of older ones.',
      drafts: 'Unsaved changes.',
      nodes: 'Subgraphs saved as nodes.',
      runs: 'Each with its graph, losses and samples.',
      lessons: 'Answers, and the workflows of tasks.',
      checkpoints: 'Saved or imported here. Nodes identify them by content.',
      datasets: 'Imported here. Nodes identify them by content.',
      states:
        'Used to resume training. Old states are deleted automatically; their training then ' +
        'starts again.',
      settings:
        'Theme, language and recent items. Importing a ZIP keeps the settings you changed here.',
    },
    include: (part: string) => `Include in ZIP: ${part}`,
    export: (size: string) => `Download as ZIP (${size})`,
    import: 'Import ZIP…',
    confirmDelete: 'Delete permanently?',
    offline: (size: string) => `The editor itself uses ${size}, to start without a network.`,
    persistent: 'The browser never deletes this data by itself.',
    askPersistent: 'Ask the browser never to delete this data',
    notPersistent:
      'The browser declined. Browsers agree for pages that are used often, bookmarked or ' +
      'installed.',
    tooLarge: 'Together they exceed the limit of a ZIP (4 GB). Exclude a part.',
    invalid: 'This is not a ZIP from this editor, or it is from a later version.',
    damaged: 'The ZIP is damaged: it contains a file twice, or too many files.',
    missing: 'not in the ZIP',
    gone: 'no longer stored',
    damagedContent: 'damaged: the content differs from what was stored',
    exportFailed: (count: number, first: string) =>
      `Left out ${plural(count, 'file')} that could not be read. ${first}`,
    invalidEntry: (what: string) => `invalid “${what}” in its list`,
    imported: (added: number, both: number, there: number) =>
      `${plural(added, 'item')} added` +
      (both ? `, ${both} next to an item of the same name` : '') +
      (there ? `, ${there} already present` : ''),
    failed: (count: number, first: string) => `Could not import ${plural(count, 'file')}. ${first}`,
  },
  versions: {
    label: 'Versions',
    title: (name: string) => `Versions of “${name}”`,
    changes: 'Changes',
    comparedWith: 'Compare with',
    current: 'Current state',
    none: 'No versions yet. Each save adds one.',
    first: 'first version',
    firstHint: 'The first stored version. There is no older one to compare with.',
    noChanges: 'no changes',
    unreadable: 'This version cannot be read.',
    name: 'Name…',
    open: 'Open in a new tab',
    restore: 'Restore',
    restored: (when: string) => `Restored the version of ${when} (not saved yet)`,
  },
  /** Differences between two versions of a workflow, or between runs. */
  changes: {
    renamedWorkflow: (from: string, to: string) => `renamed “${from}” to “${to}”`,
    added: (titles: string) => `added ${titles}`,
    removed: (titles: string) => `removed ${titles}`,
    rewired: (slots: string) => `reconnected ${slots}`,
    renamedNode: (from: string, to: string) => `renamed ${from} to ${to}`,
    mode: (title: string, mode: number) =>
      `${title} ${mode === 2 ? 'muted' : mode === 4 ? 'bypassed' : 'enabled'}`,
    about: 'changed description',
    groups: 'changed groups',
    outside: (title: string) => `changed slots or parameters of ${title}`,
    described: (title: string) => `changed description of ${title}`,
    layout: (count: number) => `moved or resized ${plural(count, 'node')}`,
    more: (count: number) => `and ${count} more`,
    none: 'none',
    switched: { on: 'on', off: 'off' },
  },
  tabs: {
    label: 'Open workflows',
    close: (name: string) => `Close ${name}`,
    closed: (name: string) => `Closed “${name}”`,
    draftKept: 'Unsaved changes are kept as a draft, under Saved.',
    closedSeveral: (count: number) => `Closed ${plural(count, 'tab')}`,
    reopen: 'Reopen',
    list: 'Open workflows',
    search: 'Search open workflows',
    running: 'running',
    runningIn: (state: string, name: string) => `${state} in ${name}`,
  },
}
