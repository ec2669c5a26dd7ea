// Rotary positions and gated activations; included after vector.h, once per instruction set.

// Rotates the pairs (i, i + depth / 2) of each of the first `heads` heads in every row of x by the
// row's angles; cosines and sines are [length, depth / 2].
static void NAME(rotate)(float *x, long length, long stride, long heads, long depth,
                         const float *cosines, const float *sines) {
  long half = depth / 2, whole = half / 16 * 16;
  for (long row = 0; row < length; row++, x += stride, cosines += half, sines += half)
    for (long head = 0; head < heads; head++) {
      float *low = x + head * depth, *high = low + half;
      for (long i = 0; i < whole; i += 16) {
        v16 a = load(low + i), b = load(high + i), c = load(cosines + i), s = load(sines + i);
        store(low + i, a * c - b * s);
        store(high + i, b * c + a * s);
      }
      for (long i = whole; i < half; i++) {
        float a = low[i], b = high[i];
        low[i] = a * cosines[i] - b * sines[i];
        high[i] = b * cosines[i] + a * sines[i];
      }
    }
}

static void NAME(gate)(const float *x, long rows, long size, int activation, void *y, int wide) {
  long whole = size / 16 * 16;
  for (long row = 0; row < rows; row++, x += 2 * size) {
    float *floats = (float *)y + row * size;
    uint16_t *halves = (uint16_t *)y + row * size;
    for (long i = 0; i < whole; i += 16) {
      v16 value = NAME(activate)(load(x + i), activation) * load(x + size + i);
      if (wide) store(floats + i, value);
      else *(h16 *)(halves + i) = to_bfloat16(value);
    }
    for (long i = whole; i < size; i++) {
      float value = NAME(activate)(splat(x[i]), activation)[0] * x[size + i];
      if (wide) floats[i] = value;
      else halves[i] = to_bfloat16_scalar(value);
    }
  }
}
