// What opens above everything: menus, questions, fields at the pointer, messages.
import type { ComponentChildren, ComponentType } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { parseNumber } from '../nodes/litegraph/widgets.ts'
import { IconButton } from './buttons.tsx'
import { keysInWords, type Command } from './commands.ts'
import { useEditor } from './context.ts'
import { DrawPoints } from './datasets/draw.tsx'
import { ImportImages } from './datasets/import.tsx'
import { LookThrough } from './datasets/look.tsx'
import { icons } from './icons.tsx'
import { AboutCheckpoint } from './kept.tsx'
import { lazily } from './lazily.tsx'
import { useModal } from './modal.ts'
import { useOpenAt } from './place.ts'
import type { Dialog as DialogState, Menu as MenuState, MenuItem, Quick as QuickState } from './state.ts'
import * as state from './state.ts'
import { said, texts } from './texts.ts'

// ---- menus

export const Menu = () => (state.menu.value ? <OpenMenu key={state.menu.value.at.join()} menu={state.menu.value} /> : null)

function OpenMenu({ menu: { at, title, items } }: { menu: MenuState }) {
  const editor = useEditor()
  const box = useRef<HTMLDivElement>(null)
  const before = useRef(document.activeElement)
  const close = () => (state.menu.value = undefined)
  useOpenAt(box, at, close)
  useLayoutEffect(() => box.current!.querySelector<HTMLElement>('.item:not(:disabled)')?.focus(), [])
  const onKeyDown = (event: KeyboardEvent) => {
    const entries = [...box.current!.querySelectorAll<HTMLElement>('.item:not(:disabled)')]
    const now = entries.indexOf(document.activeElement as HTMLElement)
    const next = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: -1 }[event.key]
    if (next !== undefined) entries.at(next % entries.length)?.focus()
    else if (event.key === 'Escape') {
      close()
      if (before.current instanceof HTMLElement) before.current.focus()
    } else if (event.key.length === 1 && /\S/.test(event.key)) {
      const typed = event.key.toLowerCase()
      entries.find((entry) => entry.textContent?.trim().toLowerCase().startsWith(typed))?.focus()
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
  const checks = items.some((item) => typeof item === 'object' && 'checked' in item)
  const choose = (item: MenuItem) => {
    close()
    editor.focus()
    item.run()
  }
  const entry = (item: MenuItem | 'rule', i: number) =>
    item === 'rule' ? <hr key={i} /> : <MenuEntry key={item.label} item={item} checks={checks} choose={() => choose(item)} />
  return (
    <div
      ref={box}
      class="menu"
      popover="manual"
      role="menu"
      aria-label={title ?? texts.top.file}
      onKeyDown={onKeyDown}
      onContextMenu={(event) => event.preventDefault()}
    >
      {title && (
        <p class="title" aria-hidden="true">
          {title}
        </p>
      )}
      {partsOf(items).map(({ heading, items }) =>
        heading === undefined ? (
          items.map(entry)
        ) : (
          <div key={heading} role="group" aria-label={heading}>
            <p class="heading" aria-hidden="true">
              {heading}
            </p>
            {items.map(entry)}
          </div>
        ),
      )}
    </div>
  )
}

interface MenuPart {
  heading?: string
  items: (MenuItem | 'rule')[]
}

/** What stands below each heading; what is before the first has none. */
function partsOf(items: MenuState['items']): MenuPart[] {
  const parts: MenuPart[] = [{ items: [] }]
  for (const item of items) {
    if (item !== 'rule' && 'heading' in item) parts.push({ heading: item.heading, items: [] })
    else parts.at(-1)!.items.push(item)
  }
  return parts
}

interface MenuEntryProps {
  item: MenuItem
  /** Whether entries of this menu are checked or not. */
  checks: boolean
  choose: () => void
}

const MenuEntry = ({ item, checks, choose }: MenuEntryProps) => (
  <button
    type="button"
    class={item.danger ? 'item danger' : 'item'}
    role={checks ? 'menuitemradio' : 'menuitem'}
    {...(checks && { 'aria-checked': Boolean(item.checked) })}
    disabled={item.disabled}
    onClick={choose}
  >
    {checks && (
      <span class="check" aria-hidden="true">
        {item.checked ? '✓' : ''}
      </span>
    )}
    <span class="what">{item.label}</span>
    {item.about && <span class="about">{item.about}</span>}
    {item.keys && <span class="keys">{item.keys}</span>}
  </button>
)

// ---- a value typed at the pointer

export const Quick = () => (state.quick.value ? <OpenQuick key={state.quick.value.at.join()} quick={state.quick.value} /> : null)

function OpenQuick({ quick }: { quick: QuickState }) {
  const editor = useEditor()
  const box = useRef<HTMLDivElement>(null)
  const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null)
  const answered = useRef(false)
  const finish = (keep: boolean) => {
    if (answered.current) return
    answered.current = true
    const text = field.current!.value
    state.quick.value = undefined
    if (keep && text !== quick.value && (!quick.numeric || parseNumber(text) !== undefined)) quick.answer(text)
    editor.focus()
  }
  useOpenAt(box, [quick.at[0] - 20, quick.at[1] - 21], () => finish(true))
  // Once it is shown: what is hidden takes no focus.
  useLayoutEffect(() => {
    field.current!.focus()
    field.current!.select()
  }, [])
  const shared = {
    ref: field,
    class: 'field',
    'aria-label': quick.title,
    defaultValue: quick.value,
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === 'Escape') finish(false)
      else if (event.key === 'Enter' && (!quick.multiline || event.ctrlKey || event.metaKey)) finish(true)
      else return event.stopPropagation()
      event.preventDefault()
      event.stopPropagation()
    },
  }
  return (
    <div ref={box} class="quick" popover="manual">
      {quick.multiline ? (
        <textarea {...shared} rows={5} />
      ) : (
        <input {...shared} type="text" inputMode={quick.numeric ? 'decimal' : 'text'} />
      )}
    </div>
  )
}

// ---- questions

export const Dialog = () => (state.dialog.value ? <OpenDialog key={state.dialog.value.kind} dialog={state.dialog.value} /> : null)

function OpenDialog({ dialog }: { dialog: DialogState }) {
  const element = useModal()
  const close = () => {
    state.dialog.value = undefined
    if ('answer' in dialog) dialog.answer(undefined)
  }
  return (
    <dialog
      ref={element}
      class={dialog.kind}
      aria-labelledby="dialog-title"
      onCancel={(event) => {
        event.preventDefault()
        close()
      }}
      onPointerDown={(event) => event.target === element.current && close()}
    >
      {dialog.kind === 'text' && <TextQuestion dialog={dialog} />}
      {dialog.kind === 'choice' && <ChoiceQuestion dialog={dialog} />}
      {dialog.kind === 'shortcuts' && <Shortcuts close={close} />}
      {dialog.kind === 'import' && <ImportImages dialog={dialog} close={close} />}
      {dialog.kind === 'dataset' && <LookThrough dialog={dialog} close={close} />}
      {dialog.kind === 'storage' && <StorageDialog close={close} />}
      {dialog.kind === 'versions' && <VersionsDialog dialog={dialog} close={close} />}
      {dialog.kind === 'vary' && <Vary dialog={dialog} close={close} />}
      {dialog.kind === 'drawing' && <DrawPoints dialog={dialog} close={close} />}
      {dialog.kind === 'checkpoint' && <AboutCheckpoint dialog={dialog} close={close} />}
    </dialog>
  )
}

/** A dialog that is fetched when it is opened; `name` is what it is called where it cannot be. */
const fetched = <P extends object>(load: () => Promise<ComponentType<P>>, name: () => string) =>
  lazily(load, (error) => {
    state.dialog.value = undefined
    state.say(name(), { text: error.message, error: true })
  })

const StorageDialog = fetched(
  async () => (await import('./backup/dialog.tsx')).StorageDialog,
  () => texts.backup.title,
)

const VersionsDialog = fetched(
  async () => (await import('./versions/dialog.tsx')).VersionsDialog,
  () => texts.versions.label,
)

const Vary = fetched(
  async () => (await import('./runs/vary.tsx')).Vary,
  () => texts.runs.sweep.title,
)

/** Answers after the dialog is gone, so that the answer may open another. */
function answer<T>(dialog: { answer: (value: T) => void }, value: T) {
  state.dialog.value = undefined
  dialog.answer(value)
}

function TextQuestion({ dialog }: { dialog: Extract<DialogState, { kind: 'text' }> }) {
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current!.select(), [])
  return (
    <form
      method="dialog"
      onSubmit={(event) => {
        event.preventDefault()
        const text = field.current!.value.trim()
        if (text) answer(dialog, text as string | undefined)
      }}
    >
      <h2 id="dialog-title">{dialog.title}</h2>
      <input
        ref={field}
        class="field"
        type="text"
        aria-label={texts.dialogs.name}
        defaultValue={dialog.value}
        maxLength={120}
        autofocus
        required
      />
      <div class="answers">
        <button type="button" class="button" onClick={() => answer(dialog, undefined)}>
          {texts.dialogs.cancel}
        </button>
        <button type="submit" class="button primary">
          {dialog.confirm}
        </button>
      </div>
    </form>
  )
}

function ChoiceQuestion({ dialog }: { dialog: Extract<DialogState, { kind: 'choice' }> }) {
  return (
    <>
      <h2 id="dialog-title">{dialog.title}</h2>
      <p>{dialog.text}</p>
      <div class="answers">
        {dialog.choices.map(({ label, value, primary }) => (
          <button
            key={value}
            type="button"
            class={primary ? 'button primary' : 'button outline'}
            onClick={() => answer(dialog, value as string | undefined)}
          >
            {label}
          </button>
        ))}
      </div>
    </>
  )
}

function Shortcuts({ close }: { close: () => void }) {
  const { commands } = useEditor()
  return (
    <>
      <h2 id="dialog-title">{texts.dialogs.shortcuts}</h2>
      <dl class="keys-list">
        {(Object.values(commands) as Command[])
          .filter(({ keys }) => keys)
          .map(({ label, keys }) => (
            <>
              <dt>{label}</dt>
              <dd>
                {keysInWords(keys![0]!)
                  .split(' ')
                  .map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
              </dd>
            </>
          ))}
      </dl>
      <div class="answers">
        <button type="button" class="button outline" onClick={close}>
          {texts.dialogs.close}
        </button>
      </div>
    </>
  )
}

// ---- messages

const Close = ({ onClick }: { onClick: () => void }) => (
  <IconButton class="icon small" label={texts.dialogs.close} icon={<icons.close />} onClick={onClick} />
)

export function Toasts() {
  return (
    <div class="toasts">
      {state.toasts.value.map((toast) => (
        <div key={toast.id} class={toast.error ? 'toast error' : 'toast'} role={toast.error ? 'alert' : 'status'}>
          <span class="words">
            {toast.text ? <strong>{said(toast.title)}</strong> : said(toast.title)}
            {toast.text && <span>{said(toast.text)}</span>}
          </span>
          {toast.action && (
            <button
              type="button"
              class="button outline small"
              onClick={() => {
                state.hush(toast.id)
                toast.action!.run()
              }}
            >
              {toast.action.label}
            </button>
          )}
          <Close onClick={() => state.hush(toast.id)} />
        </div>
      ))}
    </div>
  )
}

export function Banner() {
  const banner = state.banner.value
  if (!banner) return null
  return (
    <div class="banner" role="status">
      {banner.text}
      {banner.actions.map(({ label, run }, i) => (
        <button key={label} type="button" class={i ? 'button small' : 'button outline small'} onClick={run}>
          {label}
        </button>
      ))}
      {!banner.actions.length && <Close onClick={() => (state.banner.value = undefined)} />}
    </div>
  )
}

export function Dropping(): ComponentChildren {
  if (!state.dropping.value) return null
  return (
    <div class="drop">
      <strong>{texts.files.drop}</strong>
      <span>{texts.files.dropHint}</span>
    </div>
  )
}
