// English texts on runs: speed, queue, history, sweeps and status.
import { plural } from '../counts.ts'

export const enRuns = {
  speed: {
    label: 'Speed',
    each: {
      full: 'Full speed',
      four: '4 iterations a second, node by node',
      one: '1 iteration a second, node by node',
      step: 'One step at a time, node by node',
    },
    short: { four: '4/s', one: '1/s', step: 'steps' },
  },

  measures: {
    title: 'Time and memory',
    close: 'Stop measuring',
    runFirst: 'Run the graph to see time and memory below each node.',
    allCached:
      'Nothing was computed: all results were cached. Change something to measure the affected ' +
      'nodes.',
    timings: {
      direct:
        'Computation time of each node and memory of its outputs, without reading values for ' +
        'display.',
      waited:
        'Waits for the GPU after each node, so the run is slower than usual. A training step is ' +
        'one unit, shown at its end.',
      device:
        'GPU time of each node by timestamps, and memory of its outputs. A run is slightly slower ' +
        'than usual.',
      issued: 'On WebGL only the time to submit commands is known, not the time to execute them.',
    },
    columns: { node: 'Node', time: 'Time', calls: 'Calls', memory: 'Memory' },
    all: (time: string) => `${time} in total`,
    each: (calls: string, time: string) => `${calls} × ${time}`,
    share: (percent: number) => (percent < 1 ? '< 1%' : `${percent}%`),
    inStep: 'in the step',
    backward: 'backward pass and optimizer',
    fullStep: 'full step',
  },

  queue: {
    label: 'Queue',
    add: 'Add this graph to the queue',
    waiting: (count: number) => `Queue, ${count} waiting`,
    added: (name: string, place: number) => `“${name}” added to the queue (position ${place})`,
    runs: 'running',
    stop: (name: string) => `Stop ${name} and start the next`,
    up: (name: string) => `Move ${name} up`,
    down: (name: string) => `Move ${name} down`,
    remove: (name: string) => `Remove ${name}`,
    clear: 'Clear the queue',
    stopAll: 'Stop all',
    history: 'History',
    clearHistory: 'Clear history',
    nothing: 'The queue is empty',
    nothingHint:
      'While a graph runs, Ctrl+Enter adds a copy of the open graph to the queue. Later edits do ' +
      'not affect it.',
    open: 'Open',
    openPast: (name: string) => `Open ${name}`,
    outcomes: { done: 'finished', failed: 'failed', stopped: 'stopped' },
    messages: {
      done: (name: string) => `“${name}” finished`,
      failed: (name: string) => `“${name}” failed`,
    },
  },

  runs: {
    title: 'Runs',
    close: 'Close runs',
    back: 'Back to all runs',
    height: 'Height of the panel',
    scope: 'Show runs of',
    scopes: { this: 'This workflow', all: 'All workflows' },
    filter: 'Filter…',
    starredOnly: 'Only starred',
    star: 'Star to keep this run',
    columns: {
      when: 'When',
      name: 'Workflow',
      changed: 'Changes',
      seed: 'Seed',
      loss: 'Loss',
      seconds: 'Time',
      sample: 'Sample',
    },
    outcomes: { finished: 'Finished', stopped: 'Stopped', failed: 'Failed' },
    choose: (when: string) => `Select the run of ${when}`,
    none: 'No runs yet',
    noneHint: 'Every run is stored here with its graph, loss and samples.',
    noneHere: 'No matching runs',
    noneHereHint: 'Show all workflows, or change the filter.',
    storedCount: (shown: string, all: string, most: string) =>
      `${shown} of ${all} runs. Above ${most}, the oldest without a star are deleted.`,
    unreadable: (count: number) => `${plural(count, 'run')} cannot be read.`,
    removeBroken: 'Remove',
    deletedOldest: (count: number) =>
      count === 1 ? 'The oldest run was deleted' : `The ${count} oldest runs were deleted`,
    limitReached: 'The limit is reached. Starred runs are kept.',
    runOf: (name: string) => `run of “${name}”`,
    deleted: (count: number) => `${plural(count, 'run')} deleted`,
    first: 'first run',
    nothingChanged: 'none',
    runTo: (node: string) => `to ${node}`,
    details: 'Show details',
    compare: (count: number) => (count > 1 ? `Compare ${count}` : 'Compare'),
    compared: (count: number) => (count === 1 ? 'One run' : `${count} runs compared`),
    differences: 'Differences',
    noDifference: 'None: both ran the same graph.',
    graph: 'Graph',
    backend: 'Backend',
    steps: 'Iterations',
    step: 'step',
    lossOf: (node: string) => `Loss of ${node}`,
    iterations: (done: string, of: string) => (done === of ? done : `${done} of ${of}`),
    restore: 'Open graph of this run',
    restored: (when: string) => `Opened the graph of ${when}`,
    restoredHint: 'It has the seeds of that run, so it gives the same results.',
    runAgainTo: (node: string) => `Run to ${node}`,
    note: 'Note on this run',
    addNote: 'Note…',
    sweep: {
      title: 'Vary parameters',
      hint: 'Runs the graph with each value, or with each pair of values for two parameters.',
      nothing: 'The graph has no parameters to vary.',
      axis: (number: number): string => (number === 1 ? 'First parameter' : 'Second parameter'),
      param: (number: number): string =>
        number === 1 ? 'Parameter to vary' : 'Second parameter to vary',
      searchHint: (count: number) => `Search ${count} parameters…`,
      found: (count: number) => `${plural(count, 'parameter')} found`,
      second: 'Add second parameter',
      remove: 'Remove',
      list: (param: string) => `Values of ${param}`,
      entry: 'Enter values as',
      entries: { list: 'List', range: 'Range' },
      range: { from: 'From', to: 'To', count: 'Count', log: 'Logarithmic' },
      values: (count: number, list: string) => `${plural(count, 'value')}: ${list}`,
      inSubgraph: (count: number) =>
        `Part of a subgraph that is used ${count} times: varies in all of them.`,
      reasons: {
        none: 'Enter at least one value.',
        notANumber: (text: string) => (text ? `${text} is not a number.` : 'Enter a number.'),
        notPositive: 'A logarithmic range must be above zero.',
      },
      tooMany: (count: number, most: number) => `${count} runs exceed the limit of ${most}.`,
      run: (count: number) => (count ? `Start ${plural(count, 'run')}` : 'Start'),
      all: 'Sweeps',
      grid: 'Results by value',
      show: 'Show grid',
      done: (count: number) => `${plural(count, 'run')} of a sweep finished`,
      doneOf: (done: number, of: number) => `${done} of ${plural(of, 'run')}`,
      runMissing: (count: number) => `Run the missing ${count}`,
      best: 'lowest loss',
      notRun: 'not run',
      states: { waiting: 'waiting', running: 'running', ended: 'finished' },
    },
  },

  /** Buttons that cure a fault. */
  cures: {
    reason: 'Why the run failed',
    more: (count: number) => plural(count, 'more problem'),
    set: (settings: readonly { param: string; value: string }[]) =>
      `Set ${settings.map(({ param, value }) => `${param} to ${value}`).join(' and ')}`,
    connect: (slot: string, node: string) => `Connect ${slot} to ${node}`,
    add: (node: string) => `Add ${node}`,
    importDataset: 'Import data…',
    addCheckpoint: 'Add a checkpoint…',
  },

  status: {
    label: 'Status',
    idle: 'Ready',
    starting: 'Starting the engine…',
    noEngine: 'The engine did not start',
    restarted: 'The engine was restarted',
    preparing: 'Preparing…',
    running: 'Running',
    runningOther: (name: string) => `Running “${name}”`,
    compiling: (done: string, total: string) => `Compiling kernels ${done} of ${total}`,
    paused: 'Paused',
    stopping: 'Stopping…',
    stopped: 'Stopped',
    failed: 'Failed',
    quiet: {
      muted: (node: string) => `${node} is muted`,
      bypassed: (node: string) => `${node} is bypassed`,
      waits: (node: string) => `${node} depends on a muted node`,
    },
    finished: (time: string) => `Finished in ${time}`,
    reused: (reused: number, all: number) =>
      reused === all ? 'all results reused' : `${reused} of ${plural(all, 'result')} reused`,
    training: (number: number, of: number) => `training ${number} of ${of}`,
    step: (index: string, count: string) => `step ${index} of ${count}`,
    loss: 'loss',
    lossHint: 'Loss of the last step. Charts show the moving mean of a noisy loss.',
    rate: (rate: string) => `${rate} it/s`,
    left: (time: string) => `${time} left`,
    saved: (step: string, time: string) => `Saved at step ${step}, ${time} ago`,
    savedNow: (step: string) => `Saved at step ${step}`,
    continueFrom: (step: string) => `Continue from step ${step}`,
    continueHint: (node: string, step: string, count: string) =>
      `${node} is stored up to step ${step} of ${count}. Run continues from there, with the same result as without the interruption.`,
    problems: (count: number) => plural(count, 'problem'),
    notices: (count: number) => plural(count, 'notice'),
    onBackend: (name: string) => `on ${name}`,
    rejected: (name: string, reason: string) => `${name}: ${reason}`,
    fastest: 'Fastest on this device',
    networks: (again: string, all: string) =>
      `Networks in the last run: ${again} of ${all} replayed from a recording`,
    measure: 'Measure kernels again',
    announce: (index: number, count: number, loss: string | undefined) =>
      `step ${index} of ${count}` + (loss ? `, loss ${loss}` : ''),
  },
}
