// English texts on charts and images.
import { plural } from '../counts.ts'

export const enImages = {
  charts: {
    dock: 'Chart',
    chart: 'chart',
    choose: 'Choose chart',
    height: 'Chart height',
    close: 'Close chart',
    tools: 'Chart tools',
    loading: 'Loading…',
    notLoaded: 'Charts could not be loaded. Are you offline?',
    gestures: 'Gestures and keys',
    hint:
      'Drag: zoom · Double-click: reset · Wheel: zoom x · Shift+wheel: zoom y · Shift+drag: pan ' +
      '· One finger: pan · Two fingers: zoom · Double-tap: reset · Arrow keys: read values · + ' +
      'and −: zoom · 0: reset',
    nothing: 'Nothing to show yet',
    nothingVisible: 'No line to show: all are hidden, or have no value on these axes.',
    smoothing: 'Smoothing',
    smoothingHint:
      'Exponential moving average of each line, with bias correction; the original line stays ' +
      'faintly visible',
    off: 'off',
    xLog: 'Log x',
    yLog: 'Log y',
    axes: 'Axes',
    end: (axis: string, last: 0 | 1) => `${axis} ${last ? 'to' : 'from'}`,
    invalid: 'Enter two numbers, the smaller first; leave empty to fit the lines',
    invalidLog: 'Enter two numbers above 0, the smaller first; leave empty to fit the lines',
    reset: 'Reset zoom',
    table: 'Table',
    csv: 'Save as CSV',
    png: 'Save as PNG',
    lines: 'Lines',
    last: 'Last values',
    now: 'Now',
    run: (number: number, clock: string) => `Run ${number}, ${clock}`,
    pin: (run: string) => `Pin ${run}`,
    removeRun: (run: string) => `Remove ${run} from the chart`,
    numbers: (title: string) => `Numbers of ${title}`,
    allRows: 'Visible part of the lines',
    someRows: (rows: number, of: number) =>
      `${rows} of ${of} rows, evenly spaced; the CSV contains all`,
  },

  viewer: {
    label: 'Images',
    hint:
      'Images. Arrow keys pan, + and − zoom, 0 fits the view; Page Up and Page Down switch ' +
      'between images.',
    picture: 'Image',
    compareWith: 'Compare with',
    noComparison: 'None',
    compare: 'Comparison mode',
    modes: { slider: 'Slider', beside: 'Side by side', difference: 'Difference' },
    part: (node: string, grid: string) => `${node}: ${grid}`,
    before: (node: string) => `${node}, before the last run`,
    nothing: 'Nothing to show.',
    notLoaded: 'The viewer could not be loaded',
    divider: 'Divider position',
    divided: (percent: number, left: string, right: string) =>
      `${percent} % ${left}, then ${right}`,
    unequal: 'The images have different sizes, so there is no pixel difference.',
    differenceOf: (one: string, other: string) => `Difference of ${one} and ${other}`,
    difference: (mean: string, most: number, gain: number) =>
      `mean ${mean}, maximum ${most} of 255` + (gain > 1 ? `, shown ${gain} times as bright` : ''),
    all: (count: number) => `All ${count}`,
    showAll: 'Show all',
    of: (item: number, items: number) => `${item} of ${items}`,
    labelled: (label: string) => `label ${label}`,
    previous: 'Previous',
    next: 'Next',
    smooth: 'Smooth',
    smoothHint: 'Interpolates between pixels',
    actual: 'Zoom to 100 %: one image pixel per screen pixel',
    play: 'Play',
    pause: 'Pause',
    speed: 'Playback speed',
    perSecond: (frames: number) => `${frames} per second`,
    save: 'Save image…',
    saving: 'Saving',
    notSaved: 'The image was not saved',
    format: 'Format',
    formats: { gif: 'GIF', apng: 'APNG', png: 'Current frame', sheet: 'Contact sheet' },
    formatHints: {
      gif: 'Plays everywhere; at most 256 colours per frame',
      apng: 'Animated PNG: lossless',
      png: 'PNG of the current view',
      sheet: 'All frames side by side in one PNG',
    },
    scale: 'Scale',
    frames: 'Frames',
    framesPerSecond: 'Frames per second',
    holdLast: 'Hold last frame (s)',
    loop: 'Loop',
    size: (width: number, height: number, frames: number) =>
      `${width} × ${height} pixels` + (frames > 1 ? `, ${plural(frames, 'frame')}` : ''),
    tooLarge: 'Too large: choose a smaller scale.',
    holdsWorkflow: 'Contains the workflow: drop the file on the page to open it.',
  },
}
