using Coda.Core.Files;

namespace Coda.Core.Tasks;

/// <summary>
/// What a task's <c>result.json</c> holds: nothing yet, a result, or something else (a fault, perhaps only half written).
/// </summary>
internal readonly record struct ResultReading(TaskResult? Result, string Fault)
{
    /// <summary>No file.</summary>
    public static readonly ResultReading Missing = new(null, "");
}

/// <summary>Reads the result of one task, in its two places, and only when a file changed.</summary>
internal sealed class ResultFile(TaskFiles files)
{
    /// <summary>Above this it is no result.</summary>
    public const int MaxBytes = 4 << 20;

    private readonly Place[] places = [new(files, files.Result), new(files, files.RootResult)];

    /// <summary>Grows with each change of the files.</summary>
    public int Changes => places.Sum(place => place.Changes);

    /// <summary>Looks at the files: a valid one wins, else the first that has a fault.</summary>
    public ResultReading Read()
    {
        var readings = Array.ConvertAll(places, place => place.Read());
        var valid = Array.Find(readings, reading => reading.Result is not null);
        return valid.Result is not null ? valid : Array.Find(readings, reading => reading.Fault is { Length: > 0 });
    }

    private sealed class Place(TaskFiles files, string path)
    {
        private FileStamp stamp;
        private ResultReading reading = ResultReading.Missing;

        public int Changes { get; private set; }

        public ResultReading Read()
        {
            try
            {
                using var file = files.Find(path);
                var now = file?.Stamp ?? default;
                if (now != stamp)
                {
                    reading = file is null or { Stamp.Length: 0 } ? ResultReading.Missing : Parse(file);
                    stamp = now;
                    Changes++;
                }
            }
            catch (IOException e)
            {
                // A pipe, a link, something that we may not read: the next look tells whether it stays so.
                return new ResultReading(
                    null, $"{path} was written, but cannot be read as a result: {e.Message} Write it as a plain file.");
            }

            return reading;
        }

        private ResultReading Parse(PlainFile file)
        {
            if (file.Read(MaxBytes) is not { } bytes)
            {
                return new ResultReading(null, $"{path} is {file.Stamp.Length:N0} bytes; a result has at most {MaxBytes:N0}.");
            }

            var result = ResultFormat.TryParse(bytes, out var fault);
            return new ResultReading(result, result is null ? $"{path} was written, but {fault}" : "");
        }
    }
}
