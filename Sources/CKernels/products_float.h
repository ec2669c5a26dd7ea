// Products of float32 rows with packed weights; included after vector.h, once per instruction set.
// LINEAR_ROWS accumulators of 16 floats fit its registers.
//
// A panel holds 16 outputs: [inputs, 16], zeros beyond the last. Each output of each row is summed
// over the inputs in ascending order, whatever the other rows are: a row's bits depend on it alone.

// rows: a constant at each call, at most LINEAR_ROWS. count: the panel's outputs that are stored.
INLINE void NAME(linear_tile)(const float *x, const int rows, long inputs, const float *panel,
                              const float *bias, int epilogue, float *y, long count,
                              long outputs) {
  v16 sums[LINEAR_ROWS];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) sums[r] = (v16){};
  for (long k = 0; k < inputs; k++) {
    v16 weights = load(panel + LANES * k);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) sums[r] = sums[r] + x[r * inputs + k] * weights;
  }
  v16 offsets = load(bias);
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++, y += outputs) {
    v16 sum = sums[r] + offsets;
    if (epilogue == CK_ACCUMULATE) sum = load_some(y, count) + sum;
    else if (epilogue != CK_STORE) sum = NAME(activate)(sum, epilogue);
    store_some(y, sum, count);
  }
}

static void NAME(linear)(const float *x, long rows, long inputs, const float *panels,
                         const float *bias, long outputs, int epilogue, float *y) {
  // So many rows stay in the second-level cache while all panels pass.
  const long block = 96;
  for (long first = 0; first < rows; first += block) {
    long last = rows - first < block ? rows : first + block;
    for (long column = 0; column < outputs; column += LANES) {
      const float *panel = panels + column * inputs;
      long count = outputs - column < LANES ? outputs - column : LANES, row = first;
      for (; row + LINEAR_ROWS <= last; row += LINEAR_ROWS)
        NAME(linear_tile)(x + row * inputs, LINEAR_ROWS, inputs, panel, bias + column, epilogue,
                          y + row * outputs + column, count, outputs);
      for (; row < last; row++)
        NAME(linear_tile)(x + row * inputs, 1, inputs, panel, bias + column, epilogue,
                          y + row * outputs + column, count, outputs);
    }
  }
}
