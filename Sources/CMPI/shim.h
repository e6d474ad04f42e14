#pragma once
#include <mpi.h>

// MPI's handles and constants are macros, which Swift does not import.

// All ranks, apart from whoever else uses MPI_COMM_WORLD.
typedef struct {
  MPI_Comm all;
} cmpi_group;

// MPI for one thread at a time, whichever it is; errors are returned. 0 in *is_serialized where it cannot do that.
static inline int cmpi_start(cmpi_group *group, int *is_serialized, int *rank, int *size) {
  int level = 0, code = MPI_Init_thread(0, 0, MPI_THREAD_SERIALIZED, &level);
  if (code == MPI_SUCCESS) code = MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  if (code == MPI_SUCCESS) code = MPI_Comm_dup(MPI_COMM_WORLD, &group->all);
  if (code == MPI_SUCCESS) code = MPI_Comm_rank(MPI_COMM_WORLD, rank);
  if (code == MPI_SUCCESS) code = MPI_Comm_size(MPI_COMM_WORLD, size);
  *is_serialized = level >= MPI_THREAD_SERIALIZED;
  return code;
}

// Every rank r gets the others' values[offsets[r] ..< offsets[r] + counts[r]], one behind the other, in `received`;
// own_counts and own_offsets say where they lie there. Counts of one's own are 0.
static inline int cmpi_begin_scatter(
    const cmpi_group *group, const float *values, const int *counts, const int *offsets, float *received,
    const int *own_counts, const int *own_offsets, MPI_Request *request) {
  return MPI_Ialltoallv(
      values, counts, offsets, MPI_FLOAT, received, own_counts, own_offsets, MPI_FLOAT, group->all, request);
}

// sum += the rows of [ranks - 1, count], in the order of the ranks, of which the sum's own is number `rank`.
static inline void cmpi_add_rows(const float *rows, int ranks, int rank, int count, float *sum) {
  enum { BLOCK = 1024 };
  // Two numbers have one sum, in whichever order.
  if (ranks == 2) {
    for (int i = 0; i < count; i++) sum[i] += rows[i];
    return;
  }
  for (int first = 0; first < count; first += BLOCK) {
    const int end = count - first < BLOCK ? count - first : BLOCK;
    float own[BLOCK];
    float *total = sum + first;
    for (int i = 0; i < end; i++) own[i] = total[i];
    for (int r = 0, row = 0; r < ranks; r++) {
      const float *values = r == rank ? own : rows + (long)row++ * count + first;
      if (r == 0) for (int i = 0; i < end; i++) total[i] = values[i];
      else for (int i = 0; i < end; i++) total[i] += values[i];
    }
  }
}

// Everyone gets rank r's values[offsets[r] ..< offsets[r] + counts[r]], for all r.
static inline int cmpi_begin_gather(
    const cmpi_group *group, float *values, const int *counts, const int *offsets, MPI_Request *request) {
  return MPI_Iallgatherv(
      MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, values, counts, offsets, MPI_FLOAT, group->all, request);
}

static inline int cmpi_begin_sum(const cmpi_group *group, double *values, int count, MPI_Request *request) {
  return MPI_Iallreduce(MPI_IN_PLACE, values, count, MPI_DOUBLE, MPI_SUM, group->all, request);
}

static inline int cmpi_begin_broadcast(
    const cmpi_group *group, void *bytes, int count, int root, MPI_Request *request) {
  return MPI_Ibcast(bytes, count, MPI_BYTE, root, group->all, request);
}

// Whether a request is done, in *done; moves all of them on.
static inline int cmpi_test(MPI_Request *request, int *done) { return MPI_Test(request, done, MPI_STATUS_IGNORE); }

// text holds at least cmpi_text_size() bytes.
static inline int cmpi_text_size(void) { return MPI_MAX_ERROR_STRING; }

static inline void cmpi_describe(int code, char *text) {
  int length = 0;
  if (MPI_Error_string(code, text, &length) != MPI_SUCCESS) length = 0;
  text[length] = 0;
}

static inline void cmpi_finish(void) { MPI_Finalize(); }

static inline void cmpi_abort(int code) { MPI_Abort(MPI_COMM_WORLD, code); }
