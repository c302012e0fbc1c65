// The part of float64.ts that must run before tfjs is loaded.
Object.assign(globalThis, { Float32Array: Float64Array })
