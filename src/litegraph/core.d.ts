// Types of the used part of litegraph.js 0.7.18. Its own typings are partly wrong and cover another
// entry point.
declare module 'litegraph.js/build/litegraph.core.js' {
  export type Vector = [number, number] | Float32Array

  export interface Slot {
    name: string
    type: string | number
    label?: string
    shape?: number
    color_on?: string
    color_off?: string
    nameLocked?: boolean
  }
  export interface InputSlot extends Slot {
    link: number | string | null
    /** The param that is an input. */
    widget?: { name: string }
  }
  export interface OutputSlot extends Slot {
    links: (number | string)[] | null
  }

  export class LLink {
    id: number | string
    type: string | number
    origin_id: number | string
    origin_slot: number
    target_id: number | string
    target_slot: number
    color?: string
  }

  export interface Widget {
    type: string
    name: string
    label?: string
    value: unknown
    options: Record<string, unknown>
    callback?: (
      value: unknown,
      canvas: LGraphCanvas,
      node: LGraphNode,
      pos: Vector,
      event: MouseEvent,
    ) => void
    disabled?: boolean
    last_y?: number
    width?: number
    computeSize?(width: number): [number, number]
    draw?(
      ctx: CanvasRenderingContext2D,
      node: LGraphNode,
      width: number,
      y: number,
      height: number,
    ): void
    mouse?(event: MouseEvent, pos: [number, number], node: LGraphNode): boolean
  }

  export interface SerializedNode {
    id: number | string
    type: string
    pos: Vector
    size: Vector
    title?: string
    mode?: number
    inputs?: InputSlot[]
    outputs?: OutputSlot[]
    properties?: Record<string, unknown>
    [key: string]: unknown
  }

  export class LGraphNode {
    constructor(title?: string)
    static title?: string
    static type?: string
    id: number | string
    type: string
    title: string
    pos: Vector
    size: Vector
    mode: number
    flags: {
      collapsed?: boolean
      pinned?: boolean
      folded?: boolean
      chart?: import('../engine/base/view.ts').ChartLook
    }
    inputs: InputSlot[]
    outputs: OutputSlot[]
    properties: Record<string, unknown>
    widgets?: Widget[]
    serialize_widgets?: boolean
    graph: LGraph | null
    color?: string
    bgcolor?: string
    has_errors?: boolean
    resizable?: boolean
    last_serialization?: SerializedNode
    is_selected?: boolean
    configure(info: SerializedNode): void
    serialize(): SerializedNode
    clone(): LGraphNode | null
    getTitle(): string
    setProperty(name: string, value: unknown): void
    addProperty(name: string, value: unknown, type?: string, extra?: object): unknown
    addInput(name: string, type: string | number, extra?: object): InputSlot
    addOutput(name: string, type: string | number, extra?: object): OutputSlot
    addWidget(
      type: string,
      name: string,
      value: unknown,
      callback: unknown,
      options?: object,
    ): Widget
    addCustomWidget<W extends Widget>(widget: W): W
    computeSize(): Vector
    setSize(size: Vector): void
    collapse(force?: boolean): void
    connect(slot: number | string, target: LGraphNode, targetSlot: number | string): LLink | null
    connectByType(
      slot: number | string,
      target: LGraphNode,
      type: string | number,
      options?: object,
    ): LLink | null
    disconnectInput(slot: number | string): boolean
    disconnectOutput(slot: number | string, target?: LGraphNode): boolean
    findInputSlot(name: string): number
    findOutputSlot(name: string): number
    getInputNode(slot: number): LGraphNode | null
    getConnectionPos(isInput: boolean, slot: number, out?: Float32Array): Float32Array
    getSlotInPosition(
      x: number,
      y: number,
    ): { input?: InputSlot; output?: OutputSlot; slot: number } | null
    changeMode(mode: number): boolean
    setDirtyCanvas(foreground: boolean, background?: boolean): void
    onAdded?(graph: LGraph): void
    onRemoved?(): void
    onConfigure?(info: SerializedNode): void
    onSerialize?(info: SerializedNode): void
    onConnectionsChange?(
      side: number,
      slot: number,
      connected: boolean,
      link: LLink | null,
      info: Slot,
    ): void
    onConnectInput?(
      slot: number,
      type: string | number,
      output: OutputSlot,
      origin: LGraphNode,
      index: number,
    ): boolean | void
    onPropertyChanged?(name: string, value: unknown, before?: unknown): boolean | void
    onDrawForeground?(
      ctx: CanvasRenderingContext2D,
      canvas: LGraphCanvas,
      element: HTMLCanvasElement,
    ): void
    onDrawTitleBox?(
      ctx: CanvasRenderingContext2D,
      height: number,
      size: Vector,
      scale: number,
    ): void
    captureInput(capture: boolean): void
    onMouseDown?(event: MouseEvent, pos: [number, number], canvas: LGraphCanvas): boolean
    onMouseUp?(event: MouseEvent, pos: [number, number], canvas: LGraphCanvas): void
    onMouseMove?(event: MouseEvent, pos: [number, number], canvas: LGraphCanvas): void
    onMouseLeave?(event: MouseEvent): void
  }

  export class LGraphGroup {
    constructor(title?: string)
    title: string
    /** Colour of the theme if unset. */
    color: string | undefined
    font_size: number
    get pos(): [number, number]
    set pos(value: ArrayLike<number>)
    get size(): [number, number]
    set size(value: ArrayLike<number>)
    _nodes: LGraphNode[]
    graph: LGraph | null
    recomputeInsideNodes(): void
  }

  export class LGraph {
    _nodes: LGraphNode[]
    /** Changes with each change of nodes and wires. */
    _version: number
    _groups: LGraphGroup[]
    links: Record<string, LLink>
    extra: Record<string, unknown>
    config: Record<string, unknown>
    last_node_id: number
    last_link_id: number
    /** Subgraphs of the workflow that the editor shows, stored with the graph for their nodes. */
    workflowSubgraphs?: import('../workflow/file.ts').Subgraph[] | undefined
    /** Top-level field of a file, which litegraph.js copies to the graph. */
    definitions?: unknown
    /** @comfyorg/litegraph: the subgraphs of the root graph, by id. */
    readonly subgraphs?: ReadonlyMap<string, LGraph>
    /** @comfyorg/litegraph: the graph that owns the subgraphs. */
    readonly rootGraph?: LGraph
    list_of_graphcanvas: LGraphCanvas[] | null
    add(node: LGraphNode | LGraphGroup, skipOrder?: unknown): LGraphNode | undefined
    remove(node: LGraphNode | LGraphGroup): void
    clear(): void
    configure(data: unknown, keepOld?: boolean): boolean | undefined
    serialize(): Record<string, unknown>
    getNodeById(id: number | string): LGraphNode | null
    beforeChange(node?: LGraphNode): void
    afterChange(node?: LGraphNode): void
    setDirtyCanvas(foreground: boolean, background?: boolean): void
    connectionChange(node: LGraphNode, link?: LLink): void
  }

  export class LGraphCanvas {
    /** Choices of litegraph's menu of colours. */
    static node_colors: Record<string, { color: string; bgcolor: string; groupcolor: string }>
    static link_type_colors: Record<string, string>
    static active_canvas: LGraphCanvas | null
    constructor(element: HTMLCanvasElement | string, graph?: LGraph, options?: object)
    canvas: HTMLCanvasElement
    graph: LGraph | null
    ds: { scale: number; offset: [number, number] }
    /** Position of the pointer in the graph. */
    graph_mouse: [number, number]
    default_connection_color_byType: Record<string, string>
    onDrawBackground: ((ctx: CanvasRenderingContext2D, area: Float32Array) => void) | null
    prompt(
      title: string,
      value: unknown,
      callback: (value: string) => void,
      event: MouseEvent,
      multiline?: boolean,
    ): HTMLElement
    setDirty(foreground: boolean, background?: boolean): void
    /** @comfyorg/litegraph: shows a subgraph. */
    openSubgraph?(subgraph: LGraph): void
  }

  export type NodeClass = (new (title?: string) => LGraphNode) & {
    type?: string
    title?: string
    category?: string
    desc?: string
    skip_list?: boolean
  }

  export interface LiteGraphStatic {
    MAX_NUMBER_OF_NODES: number
    VERSION: number
    NODE_TITLE_HEIGHT: number
    NODE_SLOT_HEIGHT: number
    NODE_WIDGET_HEIGHT: number
    NODE_WIDTH: number
    INPUT: number
    OUTPUT: number
    ALWAYS: number
    NEVER: number
    BOX_SHAPE: number
    CIRCLE_SHAPE: number
    ARROW_SHAPE: number
    GRID_SHAPE: number
    catch_exceptions: boolean
    registered_node_types: Record<string, NodeClass>
    Nodes: Record<string, NodeClass>
    LGraphNode: typeof LGraphNode
    LGraph: typeof LGraph
    LGraphCanvas: typeof LGraphCanvas
    registerNodeType(type: string, nodeClass: NodeClass): void
    unregisterNodeType(type: string | NodeClass): void
    createNode(type: string, title?: string, options?: object): LGraphNode | null
    isValidConnection(a: string | number, b: string | number): boolean
  }

  export const LiteGraph: LiteGraphStatic
}
