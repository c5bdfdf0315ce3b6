/* Where arrays are put. A build may define both macros, or include a file that does:
 *
 *   ARENITE_ALIGNED(bytes)  aligns an array
 *   ARENITE_FLASH           puts constants into a section, as -DARENITE_FLASH='__attribute__((section(".model")))' */

#ifndef ARENITE_ALIGNED
#if defined(__GNUC__) || defined(__clang__) || defined(__ARMCC_VERSION)
#define ARENITE_ALIGNED(bytes) __attribute__((aligned(bytes)))
#elif defined(__ICCARM__)
#define ARENITE_ALIGNED(bytes) _Pragma(ARENITE_TEXT(data_alignment = bytes))
#define ARENITE_TEXT(text) #text
#else
#error "tell this compiler how to align an array: define ARENITE_ALIGNED(bytes)"
#endif
#endif

#ifndef ARENITE_FLASH
#define ARENITE_FLASH /* where the compiler puts whatever is const */
#endif
