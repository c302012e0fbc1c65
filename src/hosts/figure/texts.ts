// Texts of the element in pages and notebooks, in the language of the browser.

export interface ElementTexts {
  run: string
  stop: string
  running: string
  stopped: string
  idle: string
  done(seconds: string): string
  /** Label of a picture for screen readers. */
  picture(title: string): string
}

const en: ElementTexts = {
  run: 'Run',
  stop: 'Stop',
  running: 'Running…',
  stopped: 'Stopped',
  idle: '',
  done: (seconds) => `Done in ${seconds} s`,
  picture: (title) => `Result of ${title}`,
}

const ko: ElementTexts = {
  run: '실행',
  stop: '중지',
  running: '실행 중…',
  stopped: '중지됨',
  idle: '',
  done: (seconds) => `${seconds}초 만에 완료`,
  picture: (title) => `${title}의 결과`,
}

export const elementTexts = (language = globalThis.navigator?.language ?? 'en'): ElementTexts =>
  language.startsWith('ko') ? ko : en
