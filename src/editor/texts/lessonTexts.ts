// Texts of the lessons panel. They are loaded with the panel, in all languages.
import { plural } from './counts.ts'
import { language, type Language } from './texts.ts'

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

export type LessonTexts = typeof enLessons

export const koLessons: LessonTexts = {
  title: '강의',
  back: '모든 강의',
  close: '강의 닫기',
  loading: '불러오는 중…',
  minutes: (count) => `${count}분`,
  progress: (done, all) => `${all}개 가운데 ${done}개 완료`,
  done: '완료',
  notStarted: '시작 전',
  notFound: (id) => `강의 “${id}”은 없습니다. 목록에서 고르세요.`,
  failed: '강의를 열 수 없습니다',
  openWorkflow: '워크플로 열기',
  openAgain: '새 사본 열기',
  savePage: '페이지로 저장…',
  pageAbout: (size) =>
    `강의와 그 워크플로, 엔진을 담은 HTML 파일 하나(${size})입니다. 네트워크 없이 디스크에서 열립니다. 질문에는 그 자리에서 답하고, 과제는 편집기에서 합니다.`,
  workflow: '강의의 워크플로',
  taskInEditor: '이 과제는 그래프를 바꿉니다. 편집기에서 같은 제목의 강의를 열어 하세요.',
  question: (number) => `질문 ${number}`,
  task: (number) => `과제 ${number}`,
  answer: '답',
  check: '검사',
  checking: '검사하는 중…',
  stop: '중지',
  checkRun: (title) => `검사: ${title}`,
  right: '맞습니다.',
  wrong: '아직 아닙니다. 다시 해 보세요.',
  passed: '통과했습니다.',
  measured: (value) => `측정값: ${value}`,
  notPassed: (passed, all) => `검사 ${all}개 가운데 ${passed}개를 통과했습니다.`,
  hint: '힌트',
  empty: '먼저 답을 쓰세요.',
  next: '다음 강의',
  previous: '이전 강의',
  handIn: '제출',
  handInHint:
    '이 과정의 답과 워크플로를 교사에게 낼 파일 하나로 내보냅니다. 아무것도 업로드하지 않습니다.',
  name: '이름',
  code: '과정 코드 (교사에게 받았다면)',
  export: '요약 내보내기',
  exported: '요약을 저장했습니다',
  needName: '먼저 이름을 쓰세요.',
  nothingDone: '아직 제출할 것이 없습니다.',
  tries: (count) => `${count}번 시도`,
}

const tables: { [L in Language]: LessonTexts } = { en: enLessons, ko: koLessons }

/** The texts in the current language. A component that reads them follows the language. */
export const lessonTexts = (): LessonTexts => tables[language()]
