// English texts on files, data sets, sharing and storage.
import { groupedPlural, plural } from '../counts.ts'

export const enData = {
  files: {
    opened: (name: string) => `Opened ${name}`,
    saved: (name: string) => `Saved “${name}”`,
    unreadable: (file: string) => `Could not open ${file}`,
    dropped: 'Dropped files',
    dialogOpen: 'Close the dialog first',
    notOpened: 'The dropped files were not opened. Drop them again without the dialog.',
    noAccess:
      'The file cannot be read: it was moved, changed or deleted, or is too large for the memory. Choose it again.',
    readerFailed:
      'The file could not be read: this browser ran out of memory. Close other tabs, or choose a smaller file.',
    tooLarge: 'The file is larger than 2 GB.',
    unsupported:
      'Unsupported file. You can open workflows (JSON, or a PNG with a workflow), images, ' +
      'diffusers checkpoints (a folder or its ZIP), data sets (.safetensors) and points (.csv).',
    nothingInFolder: 'The folder contains no images, checkpoint or workflow.',
    nothingInZip: 'The ZIP contains no images, checkpoint or workflow.',
    notices: (file: string) => `Opened ${file} with changes`,
    drop: 'Drop to open',
    dropHint: 'Workflows, images, checkpoints or data sets, as files, folders or ZIPs',
    unknownNodes: (types: string[]) => `Unknown node types, kept unchanged: ${types.join(', ')}.`,
    ready: (name: string) => `${name} is ready`,
    severalReady: (count: number) => `${plural(count, 'file')} ready, see the details`,
    savedToLibrary: (name: string) => `Saved ${name} to the library`,
    selectedIn: (name: string, node: string) =>
      `Saved ${name} to the library and selected it in ${node}`,
    foundFor: (name: string, nodes: string) => `${name} is the missing file of ${nodes}`,
    tableIn: (name: string, node: string) => `${name} is in ${node}`,
    points: (count: number, dim: number) =>
      `${plural(count, 'point')}, ${plural(dim, 'coordinate')}`,
    useInNew: (title: string) => `Use in a new ${title} node`,
    trainOn: 'Train on these images',
    emptyClipboard: 'No nodes in the clipboard',
  },

  storedFiles: {
    checkpoint: {
      empty: 'No checkpoints',
      emptyHint:
        'Drop a checkpoint anywhere (a diffusers folder or its ZIP), or save one from a run.',
      add: 'Add files…',
      showContents: 'Show contents',
    },
    dataset: {
      empty: 'No data sets',
      emptyHint:
        'Drop images anywhere: files, a folder or a ZIP. One folder per class gives labels. Points are tables: CSV files.',
      add: 'Add files…',
      showContents: 'Browse',
    },
  },

  dataset: {
    untitled: 'Images',
    importTitle: 'Create data set',
    reading: 'Reading…',
    found: (images: number, folders: number) =>
      groupedPlural(images, 'image') + (folders > 0 ? ` in ${plural(folders, 'folder')}` : ''),
    noImages: 'No supported images found (PNG, JPEG, WebP, GIF, AVIF, BMP).',
    name: 'Name',
    size: 'Size in pixels',
    freeSize: 'Custom',
    width: 'Width in pixels',
    height: 'Height in pixels',
    colour: 'Colour',
    colours: { 1: 'Grey', 3: 'RGB' },
    grey: 'grey',
    rgb: 'RGB',
    fit: 'If the aspect ratio differs',
    fits: { crop: 'Crop', pad: 'Pad', stretch: 'Stretch' },
    partToKeep: 'Part to keep',
    position: 'Position',
    places: [
      'Top left',
      'Top',
      'Top right',
      'Left',
      'Middle',
      'Right',
      'Bottom left',
      'Bottom',
      'Bottom right',
    ],
    fitHints: {
      crop: 'Cuts off the longer side.',
      pad: 'Fills the rest with black.',
      stretch: 'Stretches the image to fit.',
    },
    labels: 'Use folders as classes',
    classes: 'Classes',
    outsideFolders: (count: number) =>
      `${plural(count, 'image')} outside these folders ${count === 1 ? 'has' : 'have'} no class ` +
      'and will be skipped.',
    noFolders: 'For labels, use one folder per class.',
    captions: 'Store captions',
    captionsHint:
      'From a CSV file with the columns file and caption, or from the names of the images.',
    preview: 'Preview',
    previews: { result: 'Result', original: 'Original' },
    import: 'Import',
    importing: 'Importing',
    progress: (done: string, total: string) => `${done} of ${total}`,
    imported: (count: number) => `${groupedPlural(count, 'image')} imported`,
    imageCount: (count: number) => groupedPlural(count, 'image'),
    classCount: (count: number) => plural(count, 'class', 'classes'),
    withCaptions: 'captions',
    skipped: (count: number) => `${plural(count, 'file was', 'files were')} skipped`,
    range: (from: string, to: string, of: string) => `${from} to ${to} of ${of}`,
    points: {
      classes: 'Classes',
      columns: { auto: 'Automatic', last: 'Last column', none: 'None' },
      columnHints: {
        auto: 'The column named label or class, else a last column of text.',
        last: 'Each different cell of the last column is a class.',
        none: 'All columns are coordinates.',
      },
      keep: 'Keep in',
      places: { library: 'Library', workflow: 'Workflow' },
      placeHints: {
        library: 'Stored once, for all workflows.',
        workflow: 'As text in a PointTable node, also in files and links of the workflow.',
      },
      plot: (shown: string, count: string) => `${shown} of ${count} points`,
    },
    previous: 'Previous images',
    next: 'Next images',
  },

  /** Dialog in which the user draws points. */
  drawing: {
    title: 'Draw points',
    paintTitle: 'Paint',
    open: 'Draw…',
    label: 'Square from −2 to 2. Arrow keys move the cross, Space adds or erases points.',
    hint: 'Draw here. Shift erases.',
    count: (points: number) => plural(points, 'point'),
    clear: 'Clear',
    tool: 'Tool',
    draw: 'Draw',
    erase: 'Erase',
    brush: 'Brush',
    singlePoint: 'Single point',
  },

  share: {
    noScript: 'The graph cannot be exported as a script',
    noTorch: 'The graph cannot be exported to PyTorch',
    title: 'Share with weights',
    link: 'Link',
    linkCopied: 'Link copied',
    linkSize: (size: string) =>
      `The link (${size}) contains the entire graph; nothing is uploaded.`,
    notInLink: (names: string) => `Not included: ${names}.`,
    file: (name: string, size: string) => `${name} (${size})`,
    contents: (names: string) => `ZIP with this workflow and ${names}.`,
    workflowOnly: 'ZIP with this workflow. It uses no checkpoints or data sets of your own.',
    missing: (names: string) =>
      `Missing here and not included: ${names}. Recipients need these files from elsewhere.`,
    size: (size: string) => `${size} in total.`,
    added: (files: number, size: string) =>
      `Added ${plural(files, 'file')} to the library (${size})`,
  },

  /** Workflows that the address of the page names. */
  link: {
    loading: (name: string) => `Loading ${name}…`,
    unknownReady: (names: string[]) =>
      `The gallery has no workflow with this id. Similar ids: ${names.join(', ')}.`,
    applied: (count: number) => `The link set ${plural(count, 'parameter')}`,
    notApplied: 'Some settings of the link do not match',
    noWorkflow: 'The settings of the link are for no workflow. Add workflow= to the address.',
    unreadable: 'Parts of the address cannot be read',
    short: 'It opens this workflow of the gallery.',
    shortWithSettings: (count: number) =>
      `It opens this workflow of the gallery and sets ${plural(count, 'parameter')}.`,
  },

  storage: {
    temporary: (problem: string) =>
      `This browser does not store data here (${problem}; a private window?). You can open, edit, ` +
      'run and share as usual, but everything is lost when you close the tab. Download the ' +
      'workflow to keep it.',
    framed:
      'The editor is part of another page, so it neither shows nor stores saved work. Open it in a ' +
      'tab of its own, or download the workflow to keep it.',
    diskFull:
      'The browser storage is full, and changes since then are not stored. You can open, edit, ' +
      'run and share as usual. Free space on the disk, or download the workflow to keep it.',
    silent:
      'The browser storage does not answer, so saved work is not visible. You can open, edit, ' +
      'run and share as usual; changes are stored when it answers. Close other tabs of this page ' +
      'or restart the browser, and download the workflow to keep it.',
    noAnswer: 'The browser storage does not answer. Try again later.',
    answers: 'The browser storage works again',
    answersHint: 'Changes since then are stored.',
    damaged: (count: number) =>
      `${plural(count, 'entry', 'entries')} in the browser storage cannot be read`,
    damagedHint: 'Everything else is complete.',
    deleteDamaged: 'Delete them',
    views: 'Pictures of the last run',
    deletedElsewhere: (name: string) => `“${name}” was deleted, perhaps in another tab`,
    deletedHint: 'This tab still has it, as a workflow that was never saved.',
    notStored: (what: string) => `Not stored: ${what}`,
    full:
      'The browser storage is full. Nothing stored before is lost. Free space: delete what you ' +
      'no longer need, or download the workflow to keep it.',
    failed: (why: string) => `Could not store this in the browser: ${why}`,
    conflict: (name: string) => `“${name}” was saved in another tab.`,
    deleted: 'It is no longer in the library.',
  },
}
