// Types of litegraph's canvas that the editor needs in addition to those of the node pack.
declare module 'litegraph.js/build/litegraph.core.js' {
  interface CanvasEvent extends MouseEvent {
    /** In graph coordinates. */
    canvasX: number
    canvasY: number
    click_time?: number
  }

  interface LLink {
    _pos?: Float32Array
  }

  interface LGraphNode {
    /** Category of the loop that the node belongs to. */
    loop?: string | undefined
    /** Part of the node in a run, undefined until it is known. */
    part?: import('../../workflow/activity.ts').NodeActivity
    mouseOver?: boolean
    /** The pointer is over the dot in the title. */
    overDot?: boolean
    _collapsed_width?: number
    clip_area?: boolean
    getBounding(out?: Float32Array, outer?: boolean): Float32Array
    onDrawBackground?(
      ctx: CanvasRenderingContext2D,
      canvas: LGraphCanvas,
      element: HTMLCanvasElement,
      mouse: number[],
    ): void
  }

  interface LGraph {
    onNodeAdded?: (node: LGraphNode) => void
    onNodeRemoved?: (node: LGraphNode) => void
    onAfterChange?: (graph: LGraph) => void
    onConnectionChange?: (node: LGraphNode) => void
    attachCanvas(canvas: LGraphCanvas): void
    getNodeOnPos(x: number, y: number, nodes?: LGraphNode[], margin?: number): LGraphNode | null
    change(): void
    getGroupOnPos(x: number, y: number): LGraphGroup | null
  }

  interface DragAndScale {
    scale: number
    offset: [number, number]
    min_scale: number
    max_scale: number
    visible_area: Float32Array
    element: HTMLCanvasElement | null
    toCanvasContext(ctx: CanvasRenderingContext2D): void
    computeVisibleArea(viewport?: ArrayLike<number> | null): void
    changeScale(value: number, center?: [number, number]): void
  }

  interface LGraphCanvas {
    bgcanvas: HTMLCanvasElement
    convertEventToCanvasOffset(event: MouseEvent): [number, number]
    bgctx: CanvasRenderingContext2D | null
    clear_background: boolean
    ctx: CanvasRenderingContext2D
    options: Record<string, unknown>
    viewport: [number, number, number, number] | null
    visible_nodes: LGraphNode[]
    visible_links: LLink[]
    selected_nodes: Record<string, LGraphNode>
    node_widget: [LGraphNode, Widget] | null
    node_dragged: LGraphNode | null
    resizing_node: LGraphNode | null
    mouse: [number, number]
    last_mouse: [number, number]
    connecting_node: LGraphNode | null
    connecting_output: OutputSlot | null
    connecting_input: InputSlot | null
    connecting_pos: ArrayLike<number> | null
    connecting_slot: number
    dragging_canvas: boolean
    dragging_rectangle: Float32Array | null
    pointer_is_down: boolean
    last_mouseclick: number
    _mousewheel_callback: (event: Event) => void
    background_image: string | null
    show_info: boolean
    render_canvas_border: boolean
    render_link_tooltip: boolean
    render_shadows: boolean
    links_render_mode: number
    allow_searchbox: boolean
    is_rendering: boolean
    dirty_canvas: boolean
    setGraph(graph: LGraph): void
    clear(): void
    dirty_bgcanvas: boolean
    onRenderBackground:
      | ((canvas: HTMLCanvasElement, ctx: CanvasRenderingContext2D) => boolean)
      | null
    onDrawForeground: ((ctx: CanvasRenderingContext2D) => void) | null
    onMouse: ((event: CanvasEvent) => boolean) | null
    onSelectionChange: ((nodes: Record<string, LGraphNode>) => void) | null
    onNodeDblClicked: ((node: LGraphNode) => void) | null
    onShowNodePanel: ((node: LGraphNode) => void) | null
    draw(force?: boolean, forceBackground?: boolean): void
    drawFrontCanvas(): void
    drawConnections(ctx: CanvasRenderingContext2D): void
    computeVisibleNodes(nodes: LGraphNode[] | null, out: LGraphNode[]): LGraphNode[]
    drawNode(node: LGraphNode, ctx: CanvasRenderingContext2D): void
    renderLink(
      ctx: CanvasRenderingContext2D,
      a: ArrayLike<number>,
      b: ArrayLike<number>,
      link: LLink | null,
      skipBorder?: boolean,
      flow?: unknown,
      color?: string | null,
    ): void
    /** The node under the pointer. */
    node_over: LGraphNode | null
    selectNodes(nodes?: LGraphNode[], add?: boolean): void
    deselectNode(node: LGraphNode): void
    processNodeSelected(node: LGraphNode, event: MouseEvent): void
    deselectAllNodes(): void
    adjustMouseEvent(event: MouseEvent): void
    processMouseDown(event: MouseEvent): boolean | void
    processMouseMove(event: MouseEvent): boolean | void
    processMouseUp(event: MouseEvent): boolean | void
    processMouseWheel(event: WheelEvent): boolean | void
    processKey(event: KeyboardEvent): boolean | void
    processDrop(event: DragEvent): boolean | void
    processContextMenu(node: LGraphNode | null, event: CanvasEvent): void
    showSearchBox(event: CanvasEvent): void
    showConnectionMenu(options: {
      nodeFrom?: LGraphNode
      slotFrom?: OutputSlot
      nodeTo?: LGraphNode
      slotTo?: InputSlot
      e: CanvasEvent
    }): void
    showLinkMenu(link: LLink, event: CanvasEvent): boolean
    isOverNodeInput(node: LGraphNode, x: number, y: number): number
    isOverNodeOutput(node: LGraphNode, x: number, y: number): number
    drawGroups(element: HTMLCanvasElement, ctx: CanvasRenderingContext2D): void
    selected_group: LGraphGroup | null
    startRendering(): void
  }

  interface LiteGraphStatic {
    ContextMenu: unknown
    LGraphGroup: typeof LGraphGroup
    release_link_on_empty_shows_menu: boolean
    getTime(): number
    NODE_TEXT_COLOR: string
    NODE_DEFAULT_COLOR: string
    NODE_DEFAULT_BGCOLOR: string
    WIDGET_BGCOLOR: string
    WIDGET_OUTLINE_COLOR: string
    WIDGET_TEXT_COLOR: string
    WIDGET_SECONDARY_TEXT_COLOR: string
    NODE_TITLE_COLOR: string
    CONNECTING_LINK_COLOR: string
    LINK_COLOR: string
  }
}
