// Texts of figures in pages and notebooks, in the language of the browser.

export interface FigureTexts {
  run: string
  stop: string
  starting: string
  running: string
  stopped: string
  idle: string
  done(seconds: string): string
  /** Label of a picture for screen readers. */
  picture(title: string): string
  empty: string
}

const en: FigureTexts = {
  run: 'Run',
  stop: 'Stop',
  starting: 'Starting the engine…',
  running: 'Running…',
  stopped: 'Stopped',
  idle: '',
  done: (seconds) => `Done in ${seconds} s`,
  picture: (title) => `Result of ${title}`,
  empty: 'Run to see the results.',
}

const ko: FigureTexts = {
  run: '실행',
  stop: '중지',
  starting: '엔진을 시작하는 중…',
  running: '실행 중…',
  stopped: '중지됨',
  idle: '',
  done: (seconds) => `${seconds}초 만에 완료`,
  picture: (title) => `${title}의 결과`,
  empty: '실행하면 결과가 표시됩니다.',
}

export const figureTexts = (language = globalThis.navigator?.language ?? 'en'): FigureTexts =>
  language.startsWith('ko') ? ko : en
