// Text fields of params. Mark the place of a fault in the text.
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { DiffusionNode } from '../../litegraph/diffusionNode.ts'
import { useRunning } from '../running/services.ts'
import { runState } from '../running/state.ts'

const blurOnEnter = (event: KeyboardEvent) => {
  if (event.key === 'Enter' && event.currentTarget instanceof HTMLInputElement)
    event.currentTarget.blur()
}

/** Resets a field to its value after each render: an undo can precede the change of typed text. */
function useFieldText<Field extends HTMLInputElement | HTMLTextAreaElement>(text: string) {
  const field = useRef<Field>(null)
  useLayoutEffect(() => {
    if (field.current && field.current !== document.activeElement) field.current.value = text
  })
  return field
}

/** Text with the place of a fault, below its field. A click selects the place there. */
function FaultPlace({ field, text, range: [from, to] }: FaultPlaceProps) {
  const select = () => {
    const area = document.getElementById(field) as HTMLInputElement | HTMLTextAreaElement | null
    area?.focus()
    area?.setSelectionRange(from, to)
  }
  return (
    <button type="button" class="fault-place" onClick={select}>
      {text.slice(0, from)}
      <mark>{text.slice(from, to) || '\u2002'}</mark>
      {text.slice(to)}
    </button>
  )
}

interface FaultPlaceProps {
  field: string
  text: string
  range: readonly [from: number, to: number]
}

/** The place of a fault in the text of a param. */
function useFaultRange(node: DiffusionNode, name: string, text: string) {
  const { stage } = useRunning()
  const id = stage.fullId(node.id)
  const range = runState.faults.value.find(
    (fault) => fault.node === id && fault.param === name,
  )?.range
  return range && range[1] <= text.length ? range : undefined
}

interface Props {
  id: string
  node: DiffusionNode
  name: string
  text: string
  multiline: boolean
  set: (value: unknown) => void
}

export function TextField({ id, node, name, text, multiline, set }: Props) {
  const range = useFaultRange(node, name, text)
  return (
    <>
      <TextInput id={id} text={text} set={set} multiline={multiline} invalid={!!range} />
      {range && <FaultPlace field={id} text={text} range={range} />}
    </>
  )
}

interface TextInputProps extends Omit<Props, 'node' | 'name'> {
  invalid: boolean
}

function TextInput({ id, text, set, multiline, invalid }: TextInputProps) {
  const [area, line] = [
    useFieldText<HTMLTextAreaElement>(text),
    useFieldText<HTMLInputElement>(text),
  ]
  return multiline ? (
    <textarea
      id={id}
      aria-invalid={invalid}
      key={text}
      ref={area}
      class="field"
      rows={4}
      defaultValue={text}
      onChange={(event) => set(event.currentTarget.value)}
    />
  ) : (
    <input
      id={id}
      aria-invalid={invalid}
      key={text}
      ref={line}
      class="field"
      type="text"
      defaultValue={text}
      onKeyDown={blurOnEnter}
      onChange={(event) => set(event.currentTarget.value)}
    />
  )
}
