// Exit statuses of the program. The help text and the documents list them.

export const statuses = {
  done: { code: 0, about: 'success' },
  failed: { code: 1, about: 'a workflow or file is faulty, or a run or a write failed' },
  usage: { code: 2, about: 'wrong usage' },
  different: { code: 3, about: '--verify found different bits' },
  hangup: { code: 129, about: 'the terminal was closed (SIGHUP)' },
  interrupted: { code: 130, about: 'interrupted (Ctrl+C, SIGINT)' },
  terminated: { code: 143, about: 'terminated (SIGTERM)' },
} as const

export type ExitStatus = (typeof statuses)[keyof typeof statuses]['code']

/** One line for each status, for the help text. */
export const listStatuses = (): string =>
  Object.values(statuses)
    .map(({ code, about }) => `  ${String(code).padEnd(4)} ${about}\n`)
    .join('')
