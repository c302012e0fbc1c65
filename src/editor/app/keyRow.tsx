// One command in the dialog of keyboard shortcuts, with its keys and the field that records new ones.
import { useState } from 'preact/hooks'
import { useFirstFocus } from '../ui/modal.ts'
import { keyTexts } from '../texts/keyTexts.ts'
import { IconButton } from '../ui/buttons.tsx'
import { formatShortcut } from '../ui/commands.ts'
import { icons } from '../ui/icons.tsx'
import { readKeys } from './keyboard.ts'
import {
  findConflict,
  findRefusal,
  isKeys,
  withKeys,
  type KeyedCommand,
  type KeyTable,
} from './keySettings.ts'

interface Props {
  command: KeyedCommand
  commands: readonly KeyedCommand[]
  /** Label of a command by its id. */
  label: (id: string) => string
  table: KeyTable
  onChange: (table: KeyTable) => void
}

export function KeyRow({ command, commands, label, table, onChange }: Props) {
  const { shortcuts } = keyTexts()
  const [records, setRecords] = useState(false)
  const name = label(command.id)
  const set = (keys: readonly string[]) => onChange(withKeys(table, commands, command.id, keys))
  const isChanged = Object.hasOwn(table, command.id)
  return (
    <li class="key-row" data-command={command.id}>
      <span class="what">{name}</span>
      <span class="keys">
        {command.keys.map((keys) => (
          <Keys
            key={keys}
            keys={keys}
            {...(!command.fixed && {
              remove: () => set(command.keys.filter((each) => each !== keys)),
              removeLabel: shortcuts.remove(formatShortcut(keys), name),
            })}
          />
        ))}
        {!command.fixed && (
          <IconButton
            class="icon small"
            label={command.keys.length ? shortcuts.add(name) : shortcuts.change(name)}
            icon={<icons.plus />}
            expanded={records}
            onClick={() => setRecords(!records)}
          />
        )}
        {isChanged && (
          <IconButton
            class="icon small"
            label={shortcuts.reset(name)}
            icon={<icons.undo />}
            onClick={() => set(command.usual)}
          />
        )}
      </span>
      {records && (
        <Recorder
          command={command}
          commands={commands}
          label={label}
          done={(keys) => {
            setRecords(false)
            if (keys) set([...command.keys, keys])
          }}
        />
      )}
    </li>
  )
}

interface KeysProps {
  keys: string
  remove?: () => void
  removeLabel?: string
}

const Keys = ({ keys, remove, removeLabel = '' }: KeysProps) => (
  <span class="key">
    {formatShortcut(keys)
      .split(' ')
      .map((key) => (
        <kbd key={key}>{key}</kbd>
      ))}
    {remove && (
      <IconButton class="icon small" label={removeLabel} icon={<icons.close />} onClick={remove} />
    )}
  </span>
)

/** Keys that are only pressed together with others. */
const modifiers = /^(Control|Shift|Alt|AltGraph|Meta|CapsLock|Process|Dead|Unidentified)$/

/** Records the next keys, and asks if another command has them. */
function Recorder({
  command,
  commands,
  label,
  done,
}: Pick<Props, 'command' | 'commands' | 'label'> & { done: (keys?: string) => void }) {
  const { shortcuts } = keyTexts()
  const box = useFirstFocus<HTMLDivElement>()
  const [asked, ask] = useState<{ keys: string; other: string }>()
  const [refusal, refuse] = useState('')
  const record = (event: KeyboardEvent) => {
    if (modifiers.test(event.key) || asked) return
    event.preventDefault()
    event.stopPropagation()
    if (event.key === 'Escape') return done()
    const keys = readKeys(event)
    const refused = findRefusal(commands, command.id, keys)
    if (refused || !isKeys(keys)) {
      const shown = formatShortcut(keys)
      const { why, by } = refused ?? { why: 'field' as const, by: undefined }
      return refuse(shortcuts.refused[why](shown, by === undefined ? '' : label(by)))
    }
    const other = findConflict(commands, command.id, keys)
    if (other === undefined) return done(keys)
    return ask({ keys, other })
  }
  return (
    <div
      ref={box}
      class="recorder"
      tabIndex={0}
      role="group"
      aria-label={shortcuts.press}
      onKeyDown={record}
    >
      {asked ? (
        <>
          <span role="alert">{shortcuts.used(formatShortcut(asked.keys), label(asked.other))}</span>
          <button type="button" class="button outline" onClick={() => done(asked.keys)}>
            {shortcuts.replace}
          </button>
          <button type="button" class="button" onClick={() => done()}>
            {shortcuts.cancel}
          </button>
        </>
      ) : (
        <span role="alert">{refusal || shortcuts.press}</span>
      )}
    </div>
  )
}
