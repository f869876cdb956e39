#ifndef ALLOCSCOPE_CONVERT_VALUES_H_
#define ALLOCSCOPE_CONVERT_VALUES_H_

#include <napi.h>

#include <cstddef>
#include <initializer_list>
#include <utility>

#include "result.h"

namespace allocscope::convert {

// `{ failure: { code, call, errno, message } }`: plain data. TypeScript makes the error of it.
napi_value MakeFailure(napi_env env, const Failure& failure);

// An object of figures. A figure that isn't known, NaN, is left out.
napi_value MakeFigures(napi_env env, std::initializer_list<std::pair<const char*, double>> figures);

// The Float64Array into which a hot call writes its figures, so that it needn't make an object.
struct FigureBuffer {
  double* figures = nullptr;
  size_t length = 0;
};

// Empty unless the call's first argument is a Float64Array whose memory is attached.
FigureBuffer FigureBufferArgument(napi_env env, napi_callback_info info);

// The failure of a hot call that wasn't given a Float64Array of at least `needed` figures.
napi_value MakeBufferFailure(napi_env env, const char* call, size_t needed);

void Export(napi_env env, napi_value exports, const char* name, napi_callback function);

}  // namespace allocscope::convert

#endif  // ALLOCSCOPE_CONVERT_VALUES_H_
