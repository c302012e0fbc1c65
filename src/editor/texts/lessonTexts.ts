// Texts of the lessons panel. They are loaded with the panel.
import { plural } from './counts.ts'
import { partTexts } from './texts.ts'

export const enLessons = {
  title: 'Lessons',
  back: 'All lessons',
  close: 'Close lessons',
  loading: 'Loading…',
  minutes: (count: number) => `${count} min`,
  progress: (done: number, all: number) => `${done} of ${all} done`,
  done: 'Done',
  notStarted: 'Not started',
  notFound: (id: string) => `There is no lesson “${id}”. Choose one from the list.`,
  failed: 'The lesson could not be opened',
  openWorkflow: 'Open the workflow',
  openAgain: 'Open a fresh copy',
  savePage: 'Save as a page…',
  pageAbout: (size: string) =>
    `One HTML file with the lesson, its workflow and the engine (${size}). It opens from disk without a network. Questions are answered there; tasks are done in the editor.`,
  /** In the page. */
  workflow: 'Workflow of the lesson',
  taskInEditor: 'This task changes the graph: do it in the editor, in the lesson of this title.',
  question: (number: number) => `Question ${number}`,
  task: (number: number) => `Task ${number}`,
  answer: 'Your answer',
  check: 'Check',
  checking: 'Checking…',
  stop: 'Stop',
  checkRun: (title: string) => `Check: ${title}`,
  right: 'Right.',
  wrong: 'Not yet. Try again.',
  passed: 'Passed.',
  measured: (value: string) => `Measured: ${value}`,
  notPassed: (passed: number, all: number) => `${passed} of ${all} checks passed.`,
  hint: 'Hint',
  empty: 'Write an answer first.',
  next: 'Next lesson',
  previous: 'Previous lesson',
  handIn: 'Hand in',
  handInHint:
    'Exports your answers and workflows of this course as one file for your teacher. Nothing is uploaded.',
  name: 'Your name',
  code: 'Code of the course, if your teacher gave you one',
  export: 'Export summary',
  exported: 'Summary saved',
  needName: 'Write your name first.',
  nothingDone: 'There is nothing to hand in yet.',
  tries: (count: number) => plural(count, 'try', 'tries'),
}

/** The texts in the current language. Read them when they are shown: the language can change. */
export const lessonTexts = partTexts('lessons', enLessons)
