// English texts of figures, app mode, the dialog for embedding, and pages in one file. Loaded with
// these parts, not with the page.

export const enFigure = {
  settings: 'Settings',
  results: 'Results',
  /** Shown in place of a view. */
  noView: 'Shows after Run',
  noViewYet: 'Running…',
  nothingChosen:
    'This workflow has nothing to show here. In the editor, open the menu of a node with a view and choose “Show in app mode”.',
  starting: 'Waiting for the engine…',
  ready: 'Ready',
  time: (title: string) => `${title}: position in time`,
  picture: (title: string, values: string) => (values ? `${title}: ${values}` : title),
  openInEditor: 'Open in the editor',
  close: 'Back to the graph',
  chooseItems: 'Choose what is shown…',
  again: 'Run again',
  problemAt: (node: string, text: string) => `${node}: ${text}`,

  address: {
    noWorkflow: (name: string) =>
      `The workflow “${name}” could not be loaded. Check the address of this page.`,
    unreadable: (part: string) =>
      `This part of the address cannot be read: ${part}. Check the address of this page.`,
    noZone: (name: string) =>
      `There is no loop “${name}” in this workflow. Use the title of its Start node.`,
  },

  menu: {
    title: 'Show in app mode',
    view: 'View',
    defaults: 'Use the default selection',
    none: 'This node has no params or views that app mode can show.',
  },

  embed: {
    title: 'Embed in a page',
    about:
      'Paste this code into an article, a slide or a course page. Readers run the workflow there, without an installation.',
    code: 'Code',
    address: 'Address',
    copyCode: 'Copy code',
    copyAddress: 'Copy address',
    copied: 'Copied',
    notCopied: 'The browser did not allow copying. Select the text and copy it with the keyboard.',
    preview: 'Open a preview',
    show: 'Show',
    kinds: {
      figure: 'A figure: chosen params and views',
      graph: 'The graph, which readers can change',
    },
    parts: 'Parts',
    part: {
      bar: 'Title and Run',
      tabs: 'Tabs',
      panel: 'Settings or details',
      status: 'Status',
      minimap: 'Map',
      charts: 'Charts',
      notes: 'Description',
    },
    zone: 'Loop',
    wholeWorkflow: 'Entire workflow',
    height: 'Height in pixels',
    theme: 'Theme',
    autoRun: 'Run as soon as it is visible',
    long: (size: string) =>
      `The address contains the workflow and has ${size}. Some course systems accept only short addresses: put the workflow file on a server and use ?workflow= with its address.`,
    notIncluded: (files: string) =>
      `Too large for an address: ${files}. Use “Save as a page”, which includes these files.`,
  },

  page: {
    title: 'Save as a page',
    about: (size: string) =>
      `One HTML file with the workflow, its files and the engine (${size}). It opens from disk without a network, in reader mode.`,
    missing: (files: string) =>
      `Not stored in this browser, so not included: ${files}. The page shows a fault where they are needed.`,
    save: 'Save page',
    failed: 'The page could not be written',
    noTemplate:
      'The page template could not be loaded. Connect to the network and try again; a copy for offline use is stored after the first time.',
    broken: 'This file is damaged or incomplete. Save the page again in the editor.',
  },
}
