"""Problems to solutions. No module here knows a model, a file or a target."""
