#pragma once

#include <array>
#include <string_view>

namespace sluice::db_snapshot {

// 64 each, so that one byte of a hash chooses one without bias. Plain letters: they fit every encoding.
inline constexpr std::array<std::string_view, 64> k_first_names{
    "Ada",   "Alan", "Alma",  "Amir",  "Anna", "Arne",  "Aron",  "Aya",   "Ben",   "Bela", "Bo",    "Carla", "Chen",
    "Cleo",  "Dana", "Dario", "Dora",  "Eda",  "Edgar", "Elif",  "Emil",  "Enzo",  "Erik", "Esra",  "Eva",   "Fatou",
    "Felix", "Finn", "Gita",  "Greta", "Hana", "Hugo",  "Ida",   "Ines",  "Ivo",   "Jana", "Jonas", "Juno",  "Kai",
    "Kim",   "Lara", "Leo",   "Lina",  "Luca", "Maja",  "Malik", "Mara",  "Milo",  "Mina", "Nadia", "Nils",  "Nora",
    "Omar",  "Otis", "Pia",   "Raul",  "Rosa", "Sami",  "Sofia", "Tariq", "Tessa", "Theo", "Vera",  "Yuki"};

inline constexpr std::array<std::string_view, 64> k_last_names{
    "Acker", "Adler",  "Bakker", "Bauer", "Bell",   "Berg",   "Birch", "Brook", "Castro", "Cole", "Costa",
    "Dahl",  "Dale",   "Diaz",   "Dunn",  "Ekman",  "Engel",  "Falk",  "Farr",  "Field",  "Fox",  "Frost",
    "Gallo", "Grant",  "Haas",   "Hale",  "Hart",   "Holm",   "Hume",  "Iwata", "Jansen", "Kato", "Keller",
    "King",  "Klein",  "Koch",   "Lang",  "Lind",   "Lopez",  "Lund",  "Marsh", "Meyer",  "Mori", "Moss",
    "Nagy",  "Novak",  "Olsen",  "Park",  "Peters", "Pohl",   "Quist", "Reyes", "Rossi",  "Sato", "Silva",
    "Stone", "Tanaka", "Torres", "Vance", "Vogel",  "Wagner", "Weber", "West",  "Wood"};

} // namespace sluice::db_snapshot
