// The half of float64.ts that has to run before tfjs is loaded.
Object.assign(globalThis, { Float32Array: Float64Array })
