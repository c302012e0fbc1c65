// State of the overlays and side panels: menu, dialog, prompt, toasts, banner, drawer. Other
// modules read the signals, and write them through the functions below.
import { type MessageText, englishText } from '../../engine/base/catalogue.ts'
import { effect, signal, type ReadonlySignal } from '@preact/signals'
import type { Description } from '../../engine/checkpoint/describe.ts'
import type { StoredFile } from '../../engine/plan/op.ts'
import type { ImportReport } from '../../engine/protocol.ts'
import type { Points } from '../../litegraph/pointDrawing.ts'
import type { NodeId } from '../../workflow/index.ts'
import type { OpenedFile, OpenedImage } from '../storage/openedFile.ts'
import { changeSettings } from '../storage/settings.ts'
import { translateWorkflow } from '../texts/texts.ts'
import type { Point } from './geometry.ts'

/** Returns a read-only signal and its setter. */
function writable<T>(initial: T): [ReadonlySignal<T>, (value: T) => void] {
  const state = signal(initial)
  return [state, (value) => void (state.value = value)]
}

// ---- toasts

export interface Toast {
  id: number
  title: MessageText
  text?: MessageText
  error?: boolean
  action?: { label: string; run: () => void }
  /** True if it is about the workflow on the canvas: hidden when another one is shown. */
  local?: boolean
  /** True for a message that stays until it is ended, see {@link showActivity}. */
  lasting?: boolean
}

const [toasts, setToasts] = writable<readonly Toast[]>([])
export { toasts }

let lastToast = 0

/** Two toasts with equal words are the same message. */
const toastWords = ({ title, text = '' }: Toast) => [title, text].map(englishText).join('\n')

/**
 * Shows a message for a limited time, longer if it is an error or has an action. Replaces an equal
 * message.
 */
export function showToast(title: MessageText, more: Omit<Toast, 'id' | 'title'> = {}) {
  const toast = { id: ++lastToast, title, ...more }
  const words = toastWords(toast)
  const others = toasts.value.filter((each) => toastWords(each) !== words)
  const passing = others.filter(({ lasting }) => !lasting).slice(-2)
  setToasts([...others.filter((each) => each.lasting || passing.includes(each)), toast])
  setTimeout(() => hideToast(toast.id), more.error ? 14_000 : more.action ? 9000 : 3500)
}

/** Message about something that takes time. It stays until it ends, or until it is closed. */
export interface Activity {
  /** Shows how far it is. */
  update(text: string): void
  end(): void
}

export function showActivity(title: string, action: Required<Toast>['action']): Activity {
  const id = ++lastToast
  setToasts([...toasts.value, { id, title, action, lasting: true }])
  return {
    update: (text) =>
      setToasts(toasts.value.map((toast) => (toast.id === id ? { ...toast, text } : toast))),
    end: () => hideToast(id),
  }
}

export const hideToast = (toast: number) => setToasts(toasts.value.filter(({ id }) => id !== toast))

/** Hides the messages about the workflow that was on the canvas. */
export const hideLocalToasts = () => setToasts(toasts.value.filter(({ local }) => !local))

/** Hides the messages that need no action. */
export const hideNotices = () =>
  setToasts(toasts.value.filter(({ error, action }) => error || action !== undefined))

// ---- menus and prompts

export interface MenuItem {
  label: string
  /** Explanation after the label. */
  about?: string
  /** Colour before the label. */
  swatch?: string
  run: () => void
  keys?: string
  danger?: boolean
  disabled?: boolean
  checked?: boolean
  /** Can be checked together with others. */
  several?: true
}

/** Heading of the items after it. */
export interface MenuHeading {
  heading: string
}

export interface Menu {
  at: Point
  title?: string
  items: (MenuItem | MenuHeading | 'rule')[]
}

const [shownMenu, setMenu] = writable<Menu | undefined>(undefined)
export { shownMenu }
export const showMenu = (menu: Menu) => setMenu(menu)
export const closeMenu = () => setMenu(undefined)

/** Choice of a long list. */
export interface ChoiceEntry extends Pick<MenuItem, 'label' | 'about' | 'checked' | 'run'> {
  /** Heading above the choice and those of the same group. */
  group?: string
}

/** A long list of choices, with a search field. */
export interface ChoiceList {
  at: Point
  title: string
  entries: readonly ChoiceEntry[]
}

const [shownChoices, setChoices] = writable<ChoiceList | undefined>(undefined)
export { shownChoices }
export const showChoices = (list: ChoiceList) => setChoices(list)
export const closeChoices = () => setChoices(undefined)

/** Field at the pointer for a single value. */
export interface Prompt {
  at: Point
  title: string
  value: string
  multiline: boolean
  numeric: boolean
  /** Returns the reason if a text is no answer. The field then stays open. */
  problemWith?: (text: string) => string | undefined
  answer: (text: string) => void
}

const [shownPrompt, setPrompt] = writable<Prompt | undefined>(undefined)
export { shownPrompt }
export const showPrompt = (prompt: Prompt) => setPrompt(prompt)
export const closePrompt = () => setPrompt(undefined)

// ---- dialogs

export type Dialog =
  | {
      kind: 'text'
      title: string
      value: string
      confirm: string
      answer: (text: string | undefined) => void
    }
  | {
      kind: 'choice'
      title: string
      text: string
      choices: { label: string; value: string; primary?: boolean }[]
      answer: (value: string | undefined) => void
    }
  | { kind: 'shortcuts' }
  | { kind: 'settings' }
  | { kind: 'storage' }
  /** Code and address of a figure, for other pages. */
  | { kind: 'embed' }
  /** Versions of a workflow in the library. */
  | { kind: 'versions'; id: string; name: string }
  /** Values of a sweep. `node` (a full id) and `param` preselect its first axis. */
  | { kind: 'vary'; node?: string; param?: string }
  /** Import of images as a data set; `on` is the node they were dropped on. */
  | { kind: 'import'; name: string; files: readonly OpenedImage[]; on?: NodeId }
  /** Import of a table of points as a data set. */
  | { kind: 'importPoints'; name: string; file: OpenedFile }
  /** Contents of a data set. After an import, with its report and its use in the graph. */
  | {
      kind: 'dataset'
      file: StoredFile
      report?: ImportReport
      placed?: { message: string; hasPoints?: boolean } & Pick<Toast, 'action'>
    }
  /**
   * Drawing of points by hand; `done` receives them. `radius` of the discs that they stand for, as a
   * share of the side; 0 for dots.
   */
  | { kind: 'drawing'; points: Points; radius: number; done: (points: Points) => void }
  | { kind: 'checkpoint'; file: StoredFile; description: Description }

const [shownDialog, setDialog] = writable<Dialog | undefined>(undefined)
export { shownDialog }
/** Shows a dialog. A question that it replaces is answered as if it was closed. */
export function showDialog(dialog: Dialog) {
  const before = shownDialog.peek()
  setDialog(dialog)
  if (before && 'answer' in before) before.answer(undefined)
}
export const closeDialog = () => setDialog(undefined)

/**
 * Resolves once no dialog is open. Callers repeat it while `shownDialog` has a value, as another one
 * that waited may open the next dialog.
 */
export const whenDialogCloses = () =>
  new Promise<void>((resolve) => {
    const stop = effect(() => {
      if (shownDialog.value) return
      resolve()
      queueMicrotask(() => stop())
    })
  })

export const askText = (title: string, value: string, confirm: string) =>
  new Promise<string | undefined>((answer) => {
    showDialog({ kind: 'text', title, value, confirm, answer })
  })

/** Asks for a new name. A translated name keeps its original unless the user changes it. */
export async function askName(
  title: string,
  name: string,
  confirm: string,
): Promise<string | undefined> {
  const answer = await askText(title, translateWorkflow(name), confirm)
  return answer === translateWorkflow(name) ? name : answer
}

export const askChoice = (
  title: string,
  text: string,
  choices: { label: string; value: string; primary?: boolean }[],
) =>
  new Promise<string | undefined>((answer) => {
    showDialog({ kind: 'choice', title, text, choices, answer })
  })

// ---- banner

export interface Banner {
  text: string
  actions: { label: string; run: () => void }[]
}

const [shownBanner, showBanner] = writable<Banner | undefined>(undefined)
/** Banner about the workflow on the canvas. */
export { shownBanner, showBanner }

const [shownWarning, showWarning] = writable<Banner | undefined>(undefined)
/** Banner about the page, above that of the workflow. */
export { shownWarning, showWarning }

// ---- panels

export type DrawerTab = 'gallery' | 'mine' | 'checkpoints' | 'datasets'

const [shownDrawer, showDrawer] = writable<DrawerTab | 'outline' | 'lessons' | undefined>(undefined)
/** Tab of the library, the outline, or the lessons: what is open on the left. */
export { shownDrawer, showDrawer }

const [panelShown, setPanelShown] = writable(true)
export { panelShown, setPanelShown }

/** Shows or hides the panel, and remembers it for the next visit. */
export function showPanel(shown: boolean) {
  setPanelShown(shown)
  changeSettings({ panel: shown })
}

const [lowerPanel, showLowerPanel] = writable<'runs' | { chart: NodeId; tab: number } | undefined>(
  undefined,
)
/** Content of the panel along the lower edge: the runs, or the chart of a node in a tab. */
export { lowerPanel, showLowerPanel }

const [filesDragged, setFilesDragged] = writable(false)
/** True while files are dragged over the page. */
export { filesDragged, setFilesDragged }

const [isDark, setDark] = writable(true)
/** True with a dark theme, by setting or by the system's preference. */
export { isDark, setDark }
